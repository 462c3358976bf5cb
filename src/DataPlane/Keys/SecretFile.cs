using System.Security.Cryptography;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.DataPlane.Keys;

/// <summary>Passphrases and keys in files.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A key file: all of its bytes.</summary>
    /// <exception cref="RepositoryKeyException">It cannot be read, or is too short or too long.</exception>
    public static RepositorySecret ReadKey(string path, ILogger logger) =>
        Read(path, RepositorySecret.MaximumKeyFileBytes, logger, RepositorySecret.FromKeyFile);

    /// <summary>A file with a passphrase; a line break at its end does not belong to it.</summary>
    /// <exception cref="RepositoryKeyException">It cannot be read, is empty or too long.</exception>
    public static RepositorySecret ReadPassphrase(string path, ILogger logger) => Read(
        path,
        RepositorySecret.MaximumPassphraseBytes + 2,
        logger,
        bytes => RepositorySecret.FromPassphrase(PassphraseText.WithoutLineBreak(bytes)));

    /// <summary>Makes a new key file that only its owner can read; never over another file.</summary>
    /// <exception cref="RepositoryKeyException">The file is there already, or cannot be written.</exception>
    public static void Generate(string path)
    {
        Span<byte> key = stackalloc byte[RepositorySecret.MinimumKeyFileBytes];
        RandomNumberGenerator.Fill(key);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            });
            file.Write(key);
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryKeyException(
                $"The key file '{path}' was not made: {exception.Message} A file that is there is never replaced.",
                exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static RepositorySecret Read(
        string path, int maximumBytes, ILogger logger, Func<ReadOnlySpan<byte>, RepositorySecret> parse)
    {
        var bytes = GC.AllocateArray<byte>(maximumBytes + 1, pinned: true);
        try
        {
            // Until the end, not as long as its length says: it may be a pipe.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (file.CanSeek && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != UnixFileMode.None)
            {
                logger.LogWarning("Others than its owner may read or change {Path}: chmod 600 it", path);
            }

            return parse(bytes.AsSpan(0, length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryKeyException(
                $"The key cannot be read from '{path}': {exception.Message} Nothing was changed.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
