using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Changes what users say of a backup, in any status: each field only where the body has it; metadata as a whole.
/// </summary>
internal sealed class BackupUpdate(EngineDatabase database, TimeProvider clock)
{
    /// <summary>Changes a backup.</summary>
    public async Task<BackupEntity> UpdateAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupUpdate, cancellationToken);
        var fields = body["backup"]!;
        var name = fields.Fields.ContainsKey("name") ? BodyFields.ReadTrimmed(fields, "name") : backup.Name;
        var description = fields.Fields.ContainsKey("description")
            ? BodyFields.ReadTrimmed(fields, "description")
            : backup.Description;
        var metadata = MetadataSchema.Read(fields["metadata"]) is { } given
            ? MetadataText.Write(given)
            : backup.MetadataJson;
        await database.Backups.Where(row => row.Id == backup.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Name, name)
                .SetProperty(row => row.Description, description)
                .SetProperty(row => row.MetadataJson, metadata)
                .SetProperty(row => row.UpdatedAt, clock.GetUtcNow().UtcDateTime),
            cancellationToken);
        return await database.FindBackupAsync(request, id, PolicyRules.BackupUpdate, cancellationToken);
    }
}
