using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Changes the name, the description and the metadata of volumes: each only where the body has it.</summary>
internal sealed class VolumeUpdate(EngineDatabase database, TimeProvider clock)
{
    /// <summary>Changes a volume.</summary>
    public async Task<VolumeEntity> UpdateAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeUpdate, cancellationToken);
        var fields = body["volume"]!;
        var name = Read(fields, "name", "display_name", volume.Name);
        var description = Read(fields, "description", "display_description", volume.Description);
        var metadata = MetadataSchema.Read(fields["metadata"]) is { } given
            ? MetadataText.Write(given)
            : volume.MetadataJson;
        await database.Volumes.Where(row => row.Id == volume.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Name, name)
                .SetProperty(row => row.Description, description)
                .SetProperty(row => row.MetadataJson, metadata)
                .SetProperty(row => row.UpdatedAt, clock.GetUtcNow().UtcDateTime),
            cancellationToken);
        return await database.FindVolumeAsync(request, id, PolicyRules.VolumeUpdate, cancellationToken);
    }

    private static string? Read(BodyValue fields, string name, string oldName, string? present)
    {
        var given = fields.Fields.ContainsKey(name) ? name : oldName;
        return fields.Fields.ContainsKey(given) ? BodyFields.ReadTrimmed(fields, given) : present;
    }
}
