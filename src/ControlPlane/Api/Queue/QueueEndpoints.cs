using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Scheduling;

namespace BackupEngine.ControlPlane.Api.Queue;

/// <summary>
/// <c>GET /v3/{project_id}/os-backup-queue</c> (our extension): what waits for what. A user sees the own project's
/// entries, with their places among all; an administrator sees every one.
/// </summary>
internal static class QueueEndpoints
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/os-backup-queue", ShowAsync);

    private static async Task<IResult> ShowAsync(
        ApiRequest request, BackupQueue queue, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.BackupQueue);
        var schedule = await queue.LookAsync(cancellationToken);
        IReadOnlyList<QueueEntryView> shown =
        [
            .. QueueViews.Of(schedule)
                .Where(entry => request.Caller.IsAdmin || entry.ProjectId == request.Caller.ProjectId),
        ];
        return new ObjectAnswer<IReadOnlyList<QueueEntryView>>(
            "backup_queue", shown, ApiJson.Relaxed.IReadOnlyListQueueEntryView);
    }
}
