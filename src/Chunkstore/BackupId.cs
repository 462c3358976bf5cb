using System.Diagnostics.CodeAnalysis;

namespace BackupEngine.Chunkstore;

/// <summary>
/// The name of a backup inside a repository: 1 to 128 letters, digits, <c>.</c>, <c>_</c> or <c>-</c>, not starting
/// with a dot.
/// </summary>
/// <remarks>It becomes a file name, so nothing that is special in a path is allowed.</remarks>
public readonly record struct BackupId
{
    private BackupId(string value) => Value = value;

    /// <summary>The text of the id.</summary>
    public string Value { get; }

    /// <summary>A new random id, in the form of a UUID.</summary>
    public static BackupId New() => new(Guid.NewGuid().ToString());

    /// <summary>Checks and wraps a text.</summary>
    /// <exception cref="FormatException">The text is not allowed as a backup id; the message says what is.</exception>
    public static BackupId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException(
            $"'{text}' is not a backup id: 1 to 128 letters, digits, '.', '_' or '-', not starting with a dot, are "
            + "allowed.");

    /// <summary>Checks and wraps a text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BackupId id)
    {
        var ok = text is { Length: >= 1 and <= 128 } && text[0] != '.' && text.All(IsAllowed);
        id = ok ? new BackupId(text!) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
