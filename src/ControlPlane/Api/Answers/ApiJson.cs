using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Api.BackupPolicies;
using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Backups.Records;
using BackupEngine.ControlPlane.Api.Discovery;
using BackupEngine.ControlPlane.Api.Messages;
using BackupEngine.ControlPlane.Api.Queue;
using BackupEngine.ControlPlane.Api.Services;
using BackupEngine.ControlPlane.Api.Snapshots;
using BackupEngine.ControlPlane.Api.Stock;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Schedules;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>Generated writers of every answer.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(IReadOnlyList<Link>))]
[JsonSerializable(typeof(IReadOnlyList<VersionView>))]
[JsonSerializable(typeof(VolumeSummary))]
[JsonSerializable(typeof(VolumeDetail))]
[JsonSerializable(typeof(SnapshotDetail))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(BackupDetail))]
[JsonSerializable(typeof(BackupRecordView))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(PolicyVolumeView))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RetentionView))]
[JsonSerializable(typeof(ProtectionView))]
[JsonSerializable(typeof(ScheduleOverview))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(VolumeTotals))]
[JsonSerializable(typeof(RestoreView))]
[JsonSerializable(typeof(IReadOnlyList<QueueEntryView>))]
[JsonSerializable(typeof(BackupStepView))]
[JsonSerializable(typeof(ProgressView))]
[JsonSerializable(typeof(StatisticsView))]
[JsonSerializable(typeof(ChainView))]
[JsonSerializable(typeof(VerificationView))]
[JsonSerializable(typeof(ConnectionInfoView))]
[JsonSerializable(typeof(AttachmentSummary))]
[JsonSerializable(typeof(AttachmentDetail))]
[JsonSerializable(typeof(ExtensionView))]
[JsonSerializable(typeof(ServiceView))]
[JsonSerializable(typeof(ServiceChangeView))]
[JsonSerializable(typeof(LimitsView))]
[JsonSerializable(typeof(AvailabilityZoneView))]
[JsonSerializable(typeof(VolumeTypeView))]
[JsonSerializable(typeof(ResourceFilterView))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Answers are never part of a page: only what JSON itself demands is escaped.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The writers with that encoder.</summary>
    public static readonly ApiJson Relaxed = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new ApiTimeConverter() },
        Encoder = Encoder,
    });
}
