using System.Collections.Concurrent;
using System.Diagnostics;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Workflows;

/// <summary>
/// One trace from the request to the last step: what an operator sees of a backup in a tracing system.
/// </summary>
[Collection(Broker.Name)]
public sealed class TraceTests(VolumeFileSystem files)
{
    private static readonly WorkflowStep[] Steps =
    [
        WorkflowStep.GetBackupDevice,
        WorkflowStep.BackupDeviceReady,
        WorkflowStep.ExposeDevice,
        WorkflowStep.DeviceExposed,
        WorkflowStep.AttachDevice,
        WorkflowStep.TransferData,
        WorkflowStep.DetachDevice,
        WorkflowStep.DisconnectDevice,
        WorkflowStep.DeviceDisconnected,
        WorkflowStep.RecordUpdated,
    ];

    [Theory]
    [InlineData("memory")]
    [InlineData("rabbitmq")]
    public async Task Request_bus_workflow_volume_service_and_data_plane_are_one_trace(string transport)
    {
        using var client = new ActivitySource("test-" + Guid.NewGuid());
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(client.Name, spans);
        await using var engine = await EngineUnderTest.StartAsync(files, transport);
        var volume = await engine.User.CreateVolumeAsync();
        ActivityTraceId trace;
        Guid backup;
        using (var request = client.StartActivity("an operator's request"))
        {
            trace = request!.TraceId;
            backup = await engine.User.BeginBackupAsync(volume);
        }

        await engine.User.AwaitBackupAsync(backup, "available");
        await Eventually.HoldsAsync(
            () => Task.FromResult(Of("create backup").Any()), "the span of the run has ended");

        Assert.Contains(Of(source: "Microsoft.AspNetCore"), span => span.Kind == ActivityKind.Server);
        Assert.Contains(Of(source: "MassTransit"), span => IsOf(span, "CreateBackup", ActivityKind.Producer));
        foreach (var message in new[] { "GetBackupDevice", "ExposeDevice", "DisconnectDevice" })
        {
            Assert.Contains(Of(source: "MassTransit"), span => IsOf(span, message, ActivityKind.Producer));
            Assert.Contains(Of(source: "MassTransit"), span => IsOf(span, message, ActivityKind.Consumer));
        }

        Assert.All(Steps, step => Assert.Single(
            Of(step.Name), span => Equals(span.GetTagItem("step.number"), step.Number)));
        Assert.Contains(
            Of(source: "System.Net.Http"),
            span => span.GetTagItem("url.full") is string url && url.EndsWith("/StartJob", StringComparison.Ordinal));

        IEnumerable<Activity> Of(string? name = null, string? source = null) => spans.Where(span =>
            span.TraceId == trace && (name is null || span.OperationName == name)
            && (source is null || span.Source.Name == source));
    }

    private static bool IsOf(Activity span, string message, ActivityKind kind) => span.Kind == kind
        && span.TagObjects.Any(tag => tag.Value is string text && text.Contains(message, StringComparison.Ordinal));

    private static ActivityListener Listen(string client, ConcurrentQueue<Activity> spans)
    {
        string[] sources =
            [client, "Microsoft.AspNetCore", "MassTransit", WorkflowTelemetry.SourceName, "System.Net.Http"];
        var listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
