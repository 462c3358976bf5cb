using System.Text;
using System.Text.Json;

namespace BackupEngine.DataPlane.Tests.Keys;

/// <summary>Encrypted repositories from the command line, as an operator has them.</summary>
public sealed class KeyCommandTests : IDisposable
{
    private const string Passphrase = "Tr0ub4dor-and-3";
    private const string OtherPassphrase = "another-Passphrase-9";
    private const int KeyError = 8;
    private const int UsageError = 2;

    private readonly KeyedProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public void A_volume_goes_through_an_encrypted_repository_with_a_key_file()
    {
        var volume = Create();
        Assert.Equal(32, new FileInfo(_program.KeyFile).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_program.KeyFile));
        string[] key = ["--key-file", _program.KeyFile];
        _program.Succeeds([.. _program.On("list"), .. key]);
        _program.Succeeds([.. _program.On("show", "--backup", "a"), .. key]);
        _program.Succeeds([.. _program.On("diff", "a", "a"), .. key]);
        _program.Succeeds([.. _program.On("stats"), .. key]);
        var target = _program.Folder.File("target");
        _program.Succeeds([.. _program.On("restore", "--backup", "a", "--target", target), .. key]);
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
        _program.Succeeds([.. _program.On("delete", "--backup", "a"), .. key]);
    }

    [Fact]
    public void A_passphrase_comes_from_a_file_a_variable_or_standard_input()
    {
        Create();
        var file = _program.Secret("passphrase", Passphrase + "\n");
        string[] add = _program.On("key add", "--key-file", _program.KeyFile, "--new-passphrase-file", file);
        _program.Succeeds([.. add, .. KeyedProgram.Cheap]);
        _program.Succeeds(_program.On("list", "--passphrase-file", file));
        _program.Succeeds(_program.On("list", "--passphrase-env", "PASS"), environment: ("PASS", Passphrase));
        _program.Succeeds(_program.On("list", "--passphrase-stdin"), Passphrase);
        _program.Succeeds(_program.On("list", "--passphrase-stdin"), Passphrase + "\r\nand more\n");

        // Both from one input: the key that is there, then the new one.
        _program.Succeeds(
            [.. _program.On("key add", "--passphrase-stdin", "--new-passphrase-stdin"), .. KeyedProgram.Cheap],
            $"{Passphrase}\n{OtherPassphrase}\n");
        _program.Succeeds(_program.On("list", "--passphrase-stdin"), OtherPassphrase);
    }

    [Fact]
    public void A_wrong_key_has_an_exit_code_of_its_own_and_changes_nothing()
    {
        Create();
        var other = _program.Folder.File("other");
        _program.Succeeds(["key", "generate", other]);
        var before = _program.RepositoryFiles();
        FailsWith("opens no key slot", _program.On("list", "--key-file", other));
        FailsWith("no key was given", _program.On("list"));
        _program.Fails(KeyError, _program.On("list", "--passphrase-stdin"), "wrong\n");
        _program.Fails(KeyError, _program.On("list", "--passphrase-stdin"), "");
        _program.Fails(KeyError, _program.On("list", "--key-file", "/nowhere"));
        _program.Fails(KeyError, _program.On("backup", "--source", other, "--volume-id", "v"));
        _program.Fails(KeyError, _program.On("delete", "--backup", "a", "--key-file", other));
        Assert.Equal(before, _program.RepositoryFiles());
    }

    [Fact]
    public void Keys_where_they_make_no_sense_are_refused()
    {
        _program.Succeeds(["key", "generate", _program.KeyFile]);
        FailsWith("never replaced", "key", "generate", _program.KeyFile);
        _program.Fails(UsageError, _program.On("init", "--encrypt"));
        _program.Fails(UsageError, _program.On("init", "--key-file", _program.KeyFile));
        _program.Fails(
            UsageError, _program.On("init", "--encrypt", "--key-file", _program.KeyFile, "--passphrase-stdin"));
        Assert.False(Directory.Exists(_program.Repository));
        _program.Succeeds(_program.On("init"));
        FailsWith("is not encrypted", _program.On("list", "--key-file", _program.KeyFile));
        _program.Fails(KeyError, _program.On("key list"));
    }

    [Fact]
    public void Slots_are_listed_without_a_key_added_removed_and_rotated()
    {
        var volume = Create();
        string[] key = ["--key-file", _program.KeyFile];
        string[] add = _program.On("key add", "--new-passphrase-stdin", "--label", "safe");
        _program.Succeeds([.. add, .. key, .. KeyedProgram.Cheap], Passphrase);
        var listed = Json(_program.On("key list"));
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("current_epoch").ValueKind);
        var slots = listed.GetProperty("slots").EnumerateArray().ToArray();
        Assert.Equal(["key-file", "passphrase"], slots.Select(slot => slot.GetProperty("kind").GetString()));
        Assert.Equal("safe", slots[1].GetProperty("label").GetString());
        Assert.Equal(8192, slots[1].GetProperty("memory_bytes").GetInt64());

        _program.Succeeds([.. _program.On("key rotate"), .. key]);
        Assert.Equal(2, Json([.. _program.On("key list"), .. key]).GetProperty("current_epoch").GetInt64());
        var first = slots[0].GetProperty("slot_id").GetString()!;
        _program.Fails(KeyError, [.. _program.On("key remove", "--slot", first), .. key]);
        _program.Succeeds(_program.On("key remove", "--slot", first, "--passphrase-stdin"), Passphrase);
        _program.Fails(KeyError, [.. _program.On("list"), .. key]);
        var target = _program.Folder.File("target");
        _program.Succeeds(
            _program.On("restore", "--backup", "a", "--target", target, "--passphrase-stdin"), Passphrase);
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
    }

    [Fact]
    public void A_key_that_others_can_read_is_used_with_a_warning()
    {
        Create();
        File.SetUnixFileMode(
            _program.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var (exitCode, _, errors) = _program.Run(_program.On("list", "--key-file", _program.KeyFile));
        Assert.Equal(0, exitCode);
        Assert.Contains("Others than its owner may read", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void No_key_and_no_passphrase_is_ever_printed_or_stored()
    {
        var volume = Create();
        string[] key = ["--key-file", _program.KeyFile, "--verbose"];
        var file = _program.Secret("passphrase", Passphrase);
        _program.Succeeds(
            [.. _program.On("key add", "--new-passphrase-file", file), .. key, .. KeyedProgram.Cheap]);
        string[] passphrase = ["--passphrase-env", "PASS", "--verbose", "--json"];
        foreach (var command in new[] { "list", "stats", "key list", "key rotate", "show --backup a" })
        {
            _program.Succeeds([.. _program.On(command), .. key]);
            _program.Succeeds([.. _program.On(command), .. passphrase], environment: ("PASS", Passphrase));
        }

        _program.Succeeds(
            [.. _program.On("backup", "--source", volume, "--volume-id", "v"), .. passphrase],
            environment: ("PASS", Passphrase));

        // Mistakes that put a secret in the wrong place, and failures of every kind.
        _program.Fails(KeyError, _program.On("list", "--passphrase-env", OtherPassphrase));
        _program.Fails(KeyError, _program.On("list", "--passphrase-stdin"), OtherPassphrase);
        _program.Fails(KeyError, _program.On("list", "--passphrase-file", volume));
        _program.Fails(4, ["list", "--repository", "/nowhere", "--passphrase-stdin"], Passphrase);
        _program.Fails(6, _program.On("show", "--backup", "b", "--passphrase-file", file));

        var stored = _program.RepositoryFiles();
        byte[] printed = Encoding.UTF8.GetBytes(_program.Printed);
        byte[][] secrets =
        [
            Encoding.UTF8.GetBytes(Passphrase),
            Encoding.UTF8.GetBytes(OtherPassphrase),
            File.ReadAllBytes(_program.KeyFile),
        ];
        foreach (var form in secrets.SelectMany(Forms))
        {
            Assert.Equal(-1, printed.AsSpan().IndexOf(form));
            Assert.All(stored, bytes => Assert.Equal(-1, bytes.AsSpan().IndexOf(form)));
        }
    }

    private static IEnumerable<byte[]> Forms(byte[] secret) =>
    [
        secret,
        Encoding.ASCII.GetBytes(Convert.ToHexString(secret)),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(secret).TrimEnd('=')[..^1]),
    ];

    /// <summary>A key file, an encrypted repository that it opens, and backup a of a volume.</summary>
    private string Create()
    {
        _program.Succeeds(["key", "generate", _program.KeyFile]);
        _program.Succeeds(_program.On("init", "--encrypt", "--key-file", _program.KeyFile));
        var content = new byte[1_000_000];
        new Random(1).NextBytes(content.AsSpan(0, 500_000));
        var volume = _program.Folder.CreateFile("volume", content.Length, content);
        _program.Succeeds(_program.On(
            "backup", "--source", volume, "--volume-id", "v", "--backup-id", "a", "--key-file", _program.KeyFile));
        return volume;
    }

    private void FailsWith(string message, params string[] arguments) =>
        Assert.Contains(message, _program.Fails(KeyError, arguments), StringComparison.Ordinal);

    private JsonElement Json(string[] arguments) =>
        JsonDocument.Parse(_program.Succeeds([.. arguments, "--json"])).RootElement;
}
