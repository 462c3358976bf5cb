using System.Globalization;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>The newest decision about one backup.</summary>
/// <param name="Number">Its number among the decisions about that backup, from 0; -1 where there is none yet.</param>
/// <param name="State">What was decided.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Hold(int Number, HoldState State)
{
    /// <summary>No character of a backup id, so no id can look like the hold of another one.</summary>
    private const char Separator = '@';

    public static Hold None { get; } = new(-1, HoldState.Free);

    public static ObjectName NameOf(BackupId id, int number) =>
        new(ObjectKind.Hold, string.Create(CultureInfo.InvariantCulture, $"{id}{Separator}{number}"));

    public static bool TryParse(string name, out BackupId id, out int number)
    {
        number = -1;
        var at = name.IndexOf(Separator, StringComparison.Ordinal);
        id = default;
        return at > 0
            && BackupId.TryParse(name[..at], out id)
            && int.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
