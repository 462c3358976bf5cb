using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using NSec.Cryptography;
using AesGcm = System.Security.Cryptography.AesGcm;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// The master key, wrapped under a key that comes from a passphrase or a key file and the salt of this slot alone.
/// </summary>
internal static class KeySlot
{
    private const int SaltBytes = 16;
    private const int WrappedBytes = MasterKey.SizeBytes + RecordSeal.TagBytes;
    private const string Argon2id = "argon2id";
    private const string KeyedByFile = "blake3";

    /// <summary>Wraps a master key.</summary>
    /// <exception cref="RepositoryKeyException">The cost or the label is not allowed.</exception>
    public static KeySlotRecord Wrap(
        MasterKey master, RepositorySecret secret, KeySlotOptions options, Guid repositoryId, string slotId,
        DateTimeOffset now)
    {
        Require(secret, options);
        var isPassphrase = secret.Kind == KeySlotKind.Passphrase;
        var open = new KeySlotRecord
        {
            Version = FormatVersion.Current,
            MinimumReaderVersion = FormatVersion.MinimumReader,
            SlotId = slotId,
            RepositoryId = repositoryId,
            Kind = isPassphrase ? KeySlotRecord.PassphraseKind : KeySlotRecord.KeyFileKind,
            Derivation = isPassphrase ? Argon2id : KeyedByFile,
            MemoryKiB = isPassphrase ? options.Cost.MemoryKiB : 0,
            Passes = isPassphrase ? options.Cost.Passes : 0,
            Salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltBytes)),
            WrappedKey = "",
            Label = options.Label,
            CreatedAt = now,
        };
        var wrapped = new byte[WrappedBytes];
        using var cipher = Cipher(open, secret);
        cipher.Encrypt(
            ZeroNonce,
            master.Bytes,
            wrapped.AsSpan(0, MasterKey.SizeBytes),
            wrapped.AsSpan(MasterKey.SizeBytes),
            Associated(open));
        return open with { WrappedKey = Convert.ToHexStringLower(wrapped) };
    }

    /// <summary>The master key, or null where the secret is not the one of this slot.</summary>
    public static MasterKey? TryUnwrap(KeySlotRecord slot, RepositorySecret secret)
    {
        if (KindOf(slot) != secret.Kind)
        {
            return null;
        }

        var wrapped = Convert.FromHexString(slot.WrappedKey);
        using var cipher = Cipher(slot, secret);
        try
        {
            return new MasterKey(SecretBytes.Make(MasterKey.SizeBytes, output => cipher.Decrypt(
                ZeroNonce,
                wrapped.AsSpan(0, MasterKey.SizeBytes),
                wrapped.AsSpan(MasterKey.SizeBytes),
                output,
                Associated(slot))));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>What opens it; null where this program does not know how, or the record is damaged.</summary>
    public static KeySlotKind? KindOf(KeySlotRecord slot)
    {
        var isWhole = IsHex(slot.Salt, SaltBytes) && IsHex(slot.WrappedKey, WrappedBytes);
        return (isWhole, slot.Kind, slot.Derivation) switch
        {
            (true, KeySlotRecord.PassphraseKind, Argon2id) when CostOf(slot).IsAllowed => KeySlotKind.Passphrase,
            (true, KeySlotRecord.KeyFileKind, KeyedByFile) => KeySlotKind.KeyFile,
            _ => null,
        };
    }

    /// <summary>What a try of its passphrase costs.</summary>
    public static Argon2Cost CostOf(KeySlotRecord slot) => new(slot.MemoryKiB, slot.Passes);

    /// <summary>A key that comes from a fresh salt wraps one thing only, so its nonce may always be the same.</summary>
    private static ReadOnlySpan<byte> ZeroNonce => new byte[RecordSeal.NonceBytes];

    private static void Require(RepositorySecret secret, KeySlotOptions options)
    {
        if (secret.Kind == KeySlotKind.Passphrase && !options.Cost.IsAllowed)
        {
            throw new RepositoryKeyException(
                $"Argon2id with {options.Cost.MemoryKiB} KiB and {options.Cost.Passes} passes is not allowed: "
                + $"{Argon2Cost.MinimumMemoryKiB} to {Argon2Cost.MaximumMemoryKiB} KiB and 1 to "
                + $"{Argon2Cost.MaximumPasses} passes are. Nothing was changed.");
        }

        if (options.Label.Length > KeySlotOptions.MaximumLabelLength || options.Label.Any(char.IsControl))
        {
            throw new RepositoryKeyException(
                $"A label has at most {KeySlotOptions.MaximumLabelLength} characters, none of them a control "
                + "character. Nothing was changed.");
        }
    }

    private static AesGcm Cipher(KeySlotRecord slot, RepositorySecret secret)
    {
        var salt = Convert.FromHexString(slot.Salt);
        using var key = SecretBytes.Make(MasterKey.SizeBytes, output =>
        {
            if (secret.Kind == KeySlotKind.Passphrase)
            {
                FromPassphrase(secret.Bytes, salt, CostOf(slot), output);
            }
            else
            {
                FromKeyFile(secret.Bytes, salt, output);
            }
        });
        return new AesGcm(key.Bytes, RecordSeal.TagBytes);
    }

    private static void FromPassphrase(
        ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Argon2Cost cost, Span<byte> output)
    {
        var algorithm = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = cost.MemoryKiB,
            NumberOfPasses = cost.Passes,
        });
        algorithm.DeriveBytes(passphrase, salt, output);
    }

    private static void FromKeyFile(ReadOnlySpan<byte> file, ReadOnlySpan<byte> salt, Span<byte> output)
    {
        var bytes = GC.AllocateArray<byte>(salt.Length + file.Length, pinned: true);
        salt.CopyTo(bytes);
        file.CopyTo(bytes.AsSpan(salt.Length));
        Blake3.DeriveKey(KeyContexts.KeyFile, bytes, output);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>All that the slot says about how it is opened: one that was changed opens no more.</summary>
    private static byte[] Associated(KeySlotRecord slot)
    {
        string[] fields =
        [
            "BackupEngine key slot",
            slot.Version.ToString(CultureInfo.InvariantCulture),
            slot.SlotId,
            slot.RepositoryId.ToString("D"),
            slot.Kind,
            slot.Derivation,
            slot.MemoryKiB.ToString(CultureInfo.InvariantCulture),
            slot.Passes.ToString(CultureInfo.InvariantCulture),
            slot.Salt,
            slot.Label,
        ];
        return Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + "\n")));
    }

    private static bool IsHex(string text, int bytes) =>
        text.Length == 2 * bytes && text.All(char.IsAsciiHexDigitLower);
}
