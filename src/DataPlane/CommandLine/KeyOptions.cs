using System.CommandLine;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Keys;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// Where a key comes from: the same options for every command that opens a repository. A key or a passphrase is never
/// an argument, which everybody on the host could read.
/// </summary>
internal sealed class KeyOptions
{
    private readonly string _of;
    private readonly Option<string?> _keyFile;
    private readonly Option<string?> _passphraseFile;
    private readonly Option<string?> _passphraseVariable;
    private readonly Option<bool> _passphraseInput;

    /// <param name="command">The command that gets the options.</param>
    /// <param name="prefix">Before their names, where a command has two keys.</param>
    /// <param name="of">What the key belongs to, for the help.</param>
    public KeyOptions(Command command, string prefix = "", string of = "the repository")
    {
        _of = of;
        _keyFile = Named($"--{prefix}key-file", $"Key file of {of}.", "FILE");
        _passphraseFile = Named($"--{prefix}passphrase-file", $"File with the passphrase of {of}.", "FILE");
        _passphraseVariable = Named(
            $"--{prefix}passphrase-env", $"Environment variable with the passphrase of {of}.", "NAME");
        _passphraseInput = new($"--{prefix}passphrase-stdin")
        {
            Description = $"Read the passphrase of {of} from standard input: one line.",
        };
        command.Add(_keyFile);
        command.Add(_passphraseFile);
        command.Add(_passphraseVariable);
        command.Add(_passphraseInput);
    }

    /// <summary>Opens a repository with the key that was given; without one where none was.</summary>
    public Repository Open(Invocation invocation, string directory)
    {
        using var secret = Read(invocation);
        return Repository.Open(directory, secret);
    }

    /// <summary>Opens a repository; one that is encrypted need not be given its key, and is locked then.</summary>
    public Repository OpenForWhatNeedsNoKey(Invocation invocation, string directory)
    {
        using var secret = Read(invocation);
        return secret is null ? Repository.OpenWithoutKey(directory) : Repository.Open(directory, secret);
    }

    /// <summary>The key that was given, or null.</summary>
    /// <exception cref="UsageException">More than one was given.</exception>
    public RepositorySecret? Read(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        var logger = invocation.Logs.CreateLogger<KeyOptions>();
        Option[] given = [.. Options().Where(option => arguments.GetResult(option) is { Implicit: false })];
        if (given.Length > 1)
        {
            throw new UsageException(
                $"{string.Join(" and ", given.Select(option => option.Name))} name more than one key of {_of}. "
                + "Nothing was changed. Give one of them.");
        }

        return (arguments.GetValue(_keyFile), arguments.GetValue(_passphraseFile)) switch
        {
            ({ } file, _) => SecretFile.ReadKey(file, logger),
            (_, { } file) => SecretFile.ReadPassphrase(file, logger),
            _ when arguments.GetValue(_passphraseVariable) is { } name => PassphraseText.FromEnvironment(name),
            _ when arguments.GetValue(_passphraseInput) => PassphraseText.FromInput($"Passphrase of {_of}: "),
            _ => null,
        };
    }

    /// <summary>The key that was given.</summary>
    /// <exception cref="UsageException">None was given, or more than one.</exception>
    public RepositorySecret Require(Invocation invocation) => Read(invocation) ?? throw new UsageException(
        $"No key of {_of} was given. Nothing was changed. "
        + $"Give one of {string.Join(", ", Options().Select(option => option.Name))}.");

    private static Option<string?> Named(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
    };

    private Option[] Options() => [_keyFile, _passphraseFile, _passphraseVariable, _passphraseInput];
}
