using System.Security.Cryptography;
using System.Text;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.DataPlane.Keys;

/// <summary>Passphrases from the environment and from standard input.</summary>
internal static class PassphraseText
{
    private const int MaximumLineBytes = RepositorySecret.MaximumPassphraseBytes + 2;

    /// <summary>The value of an environment variable.</summary>
    /// <exception cref="RepositoryKeyException">It is not set, empty or too long.</exception>
    public static RepositorySecret FromEnvironment(string variable)
    {
        // Its name is not repeated: somebody may have put the passphrase there.
        var text = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(text)
            ? throw new RepositoryKeyException(
                "The environment variable that the passphrase was to be read from is not set. Nothing was changed. "
                + "Give the name of a variable, not the passphrase.")
            : RepositorySecret.FromPassphrase(text);
    }

    /// <summary>A line of standard input; typed unseen where that is a terminal.</summary>
    /// <param name="prompt">What a person is asked.</param>
    /// <exception cref="RepositoryKeyException">It is empty or too long.</exception>
    public static RepositorySecret FromInput(string prompt) =>
        Console.IsInputRedirected ? FromPipe() : FromTerminal(prompt);

    /// <summary>A passphrase without the line break that ends it.</summary>
    public static ReadOnlySpan<byte> WithoutLineBreak(ReadOnlySpan<byte> bytes) =>
        bytes.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.EndsWith("\n"u8) ? bytes[..^1] : bytes;

    /// <summary>Byte by byte: what follows the line is for others to read.</summary>
    private static RepositorySecret FromPipe()
    {
        var line = GC.AllocateArray<byte>(MaximumLineBytes, pinned: true);
        try
        {
            using var input = Console.OpenStandardInput();
            var length = 0;
            while (length < line.Length && input.Read(line, length, 1) == 1)
            {
                length++;
                if (line[length - 1] == (byte)'\n')
                {
                    break;
                }
            }

            return RepositorySecret.FromPassphrase(WithoutLineBreak(line.AsSpan(0, length)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }

    private static RepositorySecret FromTerminal(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        var text = typed.ToString();
        typed.Clear();
        return RepositorySecret.FromPassphrase(text);
    }
}
