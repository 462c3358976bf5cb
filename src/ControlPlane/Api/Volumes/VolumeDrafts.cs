using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Begins the records of new volumes.</summary>
internal sealed class VolumeDrafts(EngineOptions options, TimeProvider clock)
{
    /// <summary>A volume of the caller that is empty yet, on the host where this API places new volumes.</summary>
    public VolumeEntity Draft(ApiRequest request, string? name, string? description) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = request.Caller.ProjectId,
        UserId = request.Caller.UserId,
        Name = name,
        Description = description,
        Host = options.VolumeHost ?? options.Host,
        CreatedAt = clock.GetUtcNow().UtcDateTime,
    };
}
