using System.Text;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>
/// The decisions about backups, each a file of its own: number <c>n + 1</c> is published by whoever knows number
/// <c>n</c>, and only one can. So a change is a compare-and-swap, and nobody undoes what he has not seen.
/// </summary>
internal sealed class HoldCatalog(IRepositoryBackend backend, SortableId ids)
{
    private const int MaximumBytes = 64;

    /// <summary>The newest decision about a backup.</summary>
    public Hold Find(BackupId id)
    {
        var number = -1;
        while (backend.FindLength(Hold.NameOf(id, number + 1)) is not null)
        {
            number++;
        }

        return number < 0 ? Hold.None : new Hold(number, Read(id, number));
    }

    /// <summary>The newest decisions about all backups that there are any about.</summary>
    public IReadOnlyDictionary<BackupId, HoldState> List()
    {
        var newest = new Dictionary<BackupId, int>();
        foreach (var info in backend.List(ObjectKind.Hold))
        {
            if (Hold.TryParse(info.Name, out var id, out var number))
            {
                newest[id] = Math.Max(number, newest.GetValueOrDefault(id, -1));
            }
        }

        return newest.ToDictionary(pair => pair.Key, pair => Read(pair.Key, pair.Value));
    }

    /// <summary>Decides anew, durably; false where somebody else did meanwhile, and then nothing was changed.</summary>
    public bool TryReplace(BackupId id, Hold seen, HoldState state)
    {
        try
        {
            Publish(Hold.NameOf(id, seen.Number + 1), state);
            return true;
        }
        catch (ObjectExistsException)
        {
            return false;
        }
    }

    /// <summary>
    /// Forgets the decisions about a backup that is gone, the newest first: what is left after a crash is a beginning.
    /// </summary>
    public void Forget(BackupId id)
    {
        for (var number = Find(id).Number; number >= 0; number--)
        {
            backend.Delete(Hold.NameOf(id, number));
        }
    }

    /// <summary>An empty file says "deleting" as well: it needs no block, so it can be made on a full disk.</summary>
    private void Publish(ObjectName name, HoldState state)
    {
        var owner = new SessionId(ids.Next());
        try
        {
            backend.PublishSmall(name, Encoding.ASCII.GetBytes(TextOf(state)), owner);
        }
        catch (RepositoryFullException) when (state == HoldState.Deleting)
        {
            backend.PublishSmall(name, [], owner);
        }
    }

    private HoldState Read(BackupId id, int number)
    {
        var name = Hold.NameOf(id, number);
        try
        {
            return Encoding.ASCII.GetString(backend.ReadAll(name, MaximumBytes)) switch
            {
                "" or "deleting" => HoldState.Deleting,
                "protected" => HoldState.Protected,
                "free" => HoldState.Free,
                _ => throw new CorruptDataException(
                    $"{backend.Describe(name)} is damaged: it says neither 'protected' nor 'free' nor 'deleting'. "
                    + $"Backup '{id}' is neither deleted nor protected. If it is to be kept, write 'protected' into "
                    + "the file, else 'free'."),
            };
        }
        catch (ObjectMissingException)
        {
            // Its backup is gone, and with it what was decided about it.
            return HoldState.Free;
        }
    }

    private static string TextOf(HoldState state) => state switch
    {
        HoldState.Protected => "protected",
        HoldState.Deleting => "deleting",
        _ => "free",
    };
}
