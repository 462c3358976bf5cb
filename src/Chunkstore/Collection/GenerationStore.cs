using System.Globalization;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// The files below <c>gc/</c>. Every one is published once under a name that is never free again while anybody may
/// still act on it: of several collectors one decides, and the others adopt what it decided.
/// </summary>
internal sealed class GenerationStore(IRepositoryBackend backend, Guid repositoryId)
{
    private const string Prefix = "gen-";
    private const string VerdictSuffix = ".verdict";
    private const string DoneSuffix = ".done";
    private const string AckSuffix = ".ack-";
    private const int NumberDigits = 16;

    /// <summary>The generation of the highest number.</summary>
    public Generation FindNewest()
    {
        while (true)
        {
            var names = backend.List(ObjectKind.Generation).Select(info => info.Name).ToHashSet(StringComparer.Ordinal);
            var number = names.Max(NumberOf) ?? 0;
            if (number == 0)
            {
                return Generation.None;
            }

            try
            {
                return Read(number, names);
            }
            catch (ObjectMissingException)
            {
                // Cleaned up since it was listed, so there is a newer one.
            }
        }
    }

    /// <summary>Publishes the generation after that one; false where another collector was faster.</summary>
    public bool TryPublish(Generation last, IReadOnlyCollection<PackId> packs, SessionId owner)
    {
        var number = last.Number + 1;
        var file = new CollectionFile(CollectionFileKind.Generation, number) { Packs = packs };
        return TryPublish(NameOf(number), file, owner) && FindNewest().Number == number;
    }

    /// <summary>Decides what of a generation is deleted; false where another collector has decided.</summary>
    public bool TryPublishVerdict(long number, IReadOnlyCollection<PackId> deleting, SessionId owner)
    {
        var file = new CollectionFile(CollectionFileKind.Verdict, number) { Packs = deleting };
        return TryPublish(NameOf(number) + VerdictSuffix, file, owner)
            && FindNewest() is { IsOpen: true } newest
            && newest.Number == number;
    }

    /// <summary>Says that what was decided has happened.</summary>
    public void PublishDone(long number, SessionId owner) =>
        TryPublish(NameOf(number) + DoneSuffix, new CollectionFile(CollectionFileKind.Done, number), owner);

    /// <summary>Says that a session knows of a generation.</summary>
    public void PublishAcknowledgement(long number, Acknowledgement acknowledgement)
    {
        var file = new CollectionFile(CollectionFileKind.Acknowledgement, number)
        {
            Packs = acknowledgement.Vetoes,
            Pins = acknowledgement.Pins,
        };
        TryPublish($"{NameOf(number)}{AckSuffix}{acknowledgement.Session}", file, acknowledgement.Session);
    }

    /// <summary>The sessions that have said something to a generation so far.</summary>
    public IReadOnlySet<SessionId> ListAnswered(long number)
    {
        var start = NameOf(number) + AckSuffix;
        return backend.List(ObjectKind.Generation)
            .Where(info => info.Name.StartsWith(start, StringComparison.Ordinal))
            .Select(info => SessionId.TryParse(info.Name[start.Length..], out var session) ? session : default)
            .ToHashSet();
    }

    /// <summary>What sessions have said to a generation so far.</summary>
    public IReadOnlyList<Acknowledgement> ListAcknowledgements(long number)
    {
        var start = NameOf(number) + AckSuffix;
        var acknowledgements = new List<Acknowledgement>();
        foreach (var name in backend.List(ObjectKind.Generation).Select(info => info.Name))
        {
            if (name.StartsWith(start, StringComparison.Ordinal)
                && SessionId.TryParse(name[start.Length..], out var session))
            {
                var file = Read(name, CollectionFileKind.Acknowledgement, number);
                acknowledgements.Add(new Acknowledgement(session, file.Packs, file.Pins));
            }
        }

        return acknowledgements;
    }

    /// <summary>
    /// Removes what belongs to generations before that one. Two numbers have to stay: a listing that goes on while one
    /// is published and another one removed sees one of them, and the names of the highest are never free for a
    /// collector that has slept.
    /// </summary>
    /// <remarks>
    /// In the order of names a generation goes before its <c>.done</c>: who has listed the one without the other fails
    /// to read it and looks again, instead of taking it for open.
    /// </remarks>
    public void RemoveBefore(long number)
    {
        foreach (var info in backend.List(ObjectKind.Generation))
        {
            if (NumberOf(info.Name) < number)
            {
                backend.Delete(new ObjectName(ObjectKind.Generation, info.Name));
            }
        }
    }

    private Generation Read(long number, HashSet<string> names)
    {
        var name = NameOf(number);
        var condemned = Read(name, CollectionFileKind.Generation, number).Packs.ToHashSet();
        var deleting = names.Contains(name + VerdictSuffix)
            ? Read(name + VerdictSuffix, CollectionFileKind.Verdict, number).Packs.ToHashSet()
            : null;
        if (deleting?.IsSubsetOf(condemned) == false)
        {
            throw new CorruptDataException(
                $"The verdict of generation {number} below gc/ names packs that it did not condemn. "
                + "Nothing was deleted. Run 'verify'.");
        }

        return new Generation
        {
            Number = number,
            Packs = condemned,
            Deleting = deleting,
            IsDone = names.Contains(name + DoneSuffix),
        };
    }

    private CollectionFile Read(string name, CollectionFileKind kind, long number)
    {
        var objectName = new ObjectName(ObjectKind.Generation, name);
        var bytes = backend.ReadAll(objectName, CollectionFile.MaximumBytes);
        var file = CollectionFile.Read(bytes, repositoryId, backend.Describe(objectName));
        return file.Kind == kind && file.Generation == number
            ? file
            : throw new CorruptDataException(
                $"{backend.Describe(objectName)} is the file of another name. Nothing was deleted. Run 'verify'.");
    }

    private bool TryPublish(string name, CollectionFile file, SessionId owner)
    {
        try
        {
            backend.PublishSmall(new ObjectName(ObjectKind.Generation, name), file.Write(repositoryId), owner);
            return true;
        }
        catch (ObjectExistsException)
        {
            return false;
        }
    }

    private static string NameOf(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:x16}");

    private static long? NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length >= Prefix.Length + NumberDigits
        && long.TryParse(
            name.AsSpan(Prefix.Length, NumberDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out var number)
            ? number
            : null;
}
