using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A pack that is to come. Its name and key are made before its first record, because that is encrypted before it is
/// known whether it will be the first.
/// </summary>
/// <param name="Header">Its header.</param>
/// <param name="Key">What its records are encrypted under; null where they are not.</param>
internal sealed record PackDraft(PackHeader Header, PackKey? Key)
{
    /// <summary>Names a pack.</summary>
    public static PackDraft Make(PackStreamOptions options)
    {
        var id = new PackId(options.Ids.Next());
        if (options.DataKeys is not { } keys)
        {
            return new PackDraft(new PackHeader(options.RepositoryId, id, options.Type), Key: null);
        }

        var epoch = keys.CurrentEpoch;
        return new PackDraft(
            new PackHeader(options.RepositoryId, id, options.Type, epoch), new PackKey(keys, id, epoch));
    }
}
