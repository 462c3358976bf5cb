using System.Globalization;
using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What a backup reads.</summary>
/// <param name="Device">The volume, the snapshot, or the temporary object.</param>
/// <param name="BaseToken">Identity of the point in time; empty where the volume driver names none.</param>
/// <param name="DataTimestamp">UTC; the data are not older than this.</param>
internal sealed record BackupSource(DeviceReference Device, string BaseToken, DateTime DataTimestamp)
{
    /// <summary>Whether the device was made for this backup and is removed after it.</summary>
    public bool IsTemporary => Device.Kind is DeviceKind.TemporarySnapshot or DeviceKind.TemporaryVolume;

    /// <summary>
    /// Names the bytes that are read. Step 8 keeps the time with the device, so a transfer that is started again after
    /// whatever crash has the same identity, and an object that was made anew has another.
    /// </summary>
    public string Identity =>
        string.Create(CultureInfo.InvariantCulture, $"{Device.Kind}:{Device.Id}@{DataTimestamp:O}");

    /// <summary>From the facts of step 8.</summary>
    public static BackupSource Of(StepFacts facts) => new(
        facts.Device(),
        facts["base_token"],
        DateTime.Parse(facts["data_timestamp"], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind));

    /// <summary>As step 8 keeps it.</summary>
    public StepFacts Facts() => new StepFacts()
        .With(Device)
        .With("base_token", BaseToken)
        .With("data_timestamp", DataTimestamp.ToString("O", CultureInfo.InvariantCulture));
}
