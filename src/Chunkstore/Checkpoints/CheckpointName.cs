using System.Globalization;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// The name of a checkpoint: the id of its backup, a dot, its number in 16 hexadecimal digits. A backup id may hold
/// dots, so the last one counts.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CheckpointName(BackupId BackupId, ulong Number)
{
    private const int NumberDigits = 16;

    /// <summary>The file.</summary>
    public ObjectName File => new(ObjectKind.Checkpoint, ToString());

    /// <summary>Understands a name; false for one that is none.</summary>
    public static bool TryParse(string text, out CheckpointName name)
    {
        name = default;
        var dot = text.Length - NumberDigits - 1;
        if (dot < 1 || text[dot] != '.'
            || !BackupId.TryParse(text[..dot], out var id)
            || !ulong.TryParse(
                text.AsSpan(dot + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        name = new CheckpointName(id, number);
        return name.ToString() == text;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BackupId.Value}.{Number:x16}");
}
