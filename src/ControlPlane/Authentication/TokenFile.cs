using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>
/// The users of a stand-alone engine: <c>tokens.json</c> in the state directory, mode 0600, made at the first start
/// with an administrator and a user of a project, each with a random token. Read at start; to change it, edit it and
/// start again.
/// </summary>
public static partial class TokenFile
{
    /// <summary>Name of the file in the state directory.</summary>
    public const string FileName = "tokens.json";

    private const int FormatVersion = 1;
    private const int MinimumTokenLength = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the file, made first where there is none.</summary>
    /// <exception cref="TokenFileException">It is readable by others, damaged, or of another format.</exception>
    public static IReadOnlyList<TokenUser> LoadOrCreate(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        if (!File.Exists(path))
            Create(stateDirectory, path);
        return Load(path);
    }

    private static void Create(string stateDirectory, string path)
    {
        Directory.CreateDirectory(stateDirectory, OwnerOnly | UnixFileMode.UserExecute);
        var temporary = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var document = new TokenDocument
        {
            Version = FormatVersion,
            Users = [NewUser("admin", ["admin", "member", "reader"]), NewUser("demo", ["member", "reader"])],
        };
        WriteDurably(temporary, JsonSerializer.SerializeToUtf8Bytes(document, TokenDocumentJson.Default.TokenDocument));
        Publish(temporary, path);
    }

    private static TokenUser NewUser(string name, IReadOnlyList<string> roles) => new()
    {
        Name = name,
        UserId = Guid.NewGuid().ToString("N"),
        ProjectId = Guid.NewGuid().ToString("N"),
        Roles = roles,
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
    };

    private static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Of two processes that start at once, the first to publish wins; both then read the same file.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    private static void Publish(string temporary, string path)
    {
        // A link, because it fails where the name is taken; File.Move looks first and then replaces.
        var errno = Link(temporary, path) == 0 ? 0 : Marshal.GetLastPInvokeError();
        File.Delete(temporary);
        if (errno != 0 && !File.Exists(path))
        {
            throw new IOException($"{path} cannot be made: {Marshal.GetPInvokeErrorMessage(errno)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    private static IReadOnlyList<TokenUser> Load(string path)
    {
        if ((File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            throw new TokenFileException(
                $"{path} holds secrets and others than its owner may use it. Run: chmod 600 {path}");
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), TokenDocumentJson.Default.TokenDocument);
            return Check(path, document);
        }
        catch (JsonException damage)
        {
            throw new TokenFileException(
                $"{path} is not a token file: {damage.Message} Correct it, or remove it to have a new one made.",
                damage);
        }
    }

    private static IReadOnlyList<TokenUser> Check(string path, TokenDocument? document)
    {
        if (document is null || document.Version != FormatVersion)
            throw new TokenFileException(
                $"{path} is of format {document?.Version}; this program reads {FormatVersion}.");
        foreach (var user in document.Users)
        {
            if (user.Token.Length < MinimumTokenLength)
                throw new TokenFileException($"{path}: the token of {user.Name} is shorter than {MinimumTokenLength}.");
            if (!ProjectIdFormat.IsValid(user.ProjectId))
                throw new TokenFileException($"{path}: the project_id of {user.Name} is not of hexadecimal digits.");
        }

        if (document.Users.DistinctBy(user => user.Token, StringComparer.Ordinal).Count() != document.Users.Count)
            throw new TokenFileException($"{path}: two users have the same token.");
        return document.Users;
    }
}
