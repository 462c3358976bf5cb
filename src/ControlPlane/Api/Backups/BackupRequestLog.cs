using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>Writes the lines of the step log that are the API's: steps 1 to 5. A refused request leaves none.</summary>
internal sealed class BackupRequestLog(
    EngineDatabase database,
    EngineOptions options,
    IHttpContextAccessor http,
    TimeProvider clock,
    ILogger<BackupRequestLog> log)
{
    private const string Done = "done";
    private const string Failed = "failed";

    /// <summary>Adds steps 1 to 3, to be saved in the transaction that makes the change.</summary>
    public void AddAccepted(BackupEntity backup, string workflow, DateTime receivedAt)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var received = Line(backup.Id, workflow, WorkflowStep.RequestReceived, receivedAt);
        received.FactsJson = RequestOrigin.Current(http.HttpContext?.TraceIdentifier ?? "").Facts().ToJson();
        database.BackupSteps.Add(received);
        database.BackupSteps.Add(Line(backup.Id, workflow, WorkflowStep.RequestValidated, now));
        var recorded = Line(backup.Id, workflow, WorkflowStep.RecordCreated, now);
        recorded.FactsJson = JsonSerializer.Serialize(Facts(backup), ApiJson.Default.DictionaryStringString);
        database.BackupSteps.Add(recorded);
    }

    /// <summary>
    /// Writes steps 4 and 5: whether the command was sent, and that the answer goes out. Nothing here fails the request
    /// any more; without the mark the command is sent once more, which does no harm.
    /// </summary>
    public async Task RecordSentAsync(Guid backupId, string workflow, string? failure)
    {
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync(CancellationToken.None);
            await AddSentAsync(backupId, workflow, failure, clock.GetUtcNow().UtcDateTime);
            await database.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception error)
        {
            log.LogError(error, "Steps 4 and 5 of {Workflow} of backup {Backup} were not logged", workflow, backupId);
        }
    }

    private async Task AddSentAsync(Guid backupId, string workflow, string? failure, DateTime now)
    {
        if (failure is null)
            await database.Backups.Where(backup => backup.Id == backupId && backup.CommandSentAt == null)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(backup => backup.CommandSentAt, backup => DateTime.UtcNow),
                    CancellationToken.None);
        var sent = Line(backupId, workflow, WorkflowStep.CommandSent, now);
        sent.Outcome = failure is null ? Done : Failed;
        sent.Error = failure;
        database.BackupSteps.Add(sent);
        database.BackupSteps.Add(Line(backupId, workflow, WorkflowStep.RequestAnswered, now));
    }

    private static Dictionary<string, string> Facts(BackupEntity backup)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["volume_id"] = backup.VolumeId.ToString(),
        };
        if (backup.SnapshotId is { } snapshot)
            facts["snapshot_id"] = snapshot.ToString();
        if (backup.ParentId is { } parent)
            facts["parent_id"] = parent.ToString();
        if (backup.RestoreVolumeId is { } restore)
            facts["restore_volume_id"] = restore.ToString();
        return facts;
    }

    private BackupStepEntity Line(Guid backupId, string workflow, WorkflowStep step, DateTime at) => new()
    {
        BackupId = backupId,
        Workflow = workflow,
        Step = step.Number,
        Name = step.Name,
        Outcome = Done,
        Host = options.Host,
        At = at,
    };
}
