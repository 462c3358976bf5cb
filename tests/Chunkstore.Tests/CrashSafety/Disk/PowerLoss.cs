using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A loss of power at one moment, and every state that the disk may be in afterwards.</summary>
internal sealed class PowerLoss
{
    private const string Temporary = "tmp";

    private readonly long _time;
    private readonly RecordingDisk _disk;
    private readonly List<NameChoice> _names = [];
    private readonly List<(DiskFile File, IReadOnlyList<byte[]> Contents)> _files = [];
    private readonly HashSet<DiskNode> _seen = [];
    private readonly Dictionary<DiskFile, byte[]> _durable = [];

    public PowerLoss(RecordingDisk disk, long time)
    {
        _disk = disk;
        _time = time;
        Collect(disk.Root, isTemporary: false);
    }

    /// <summary>How many states there are, equal ones counted more than once; bounded.</summary>
    public long Count => Sizes().Aggregate(1L, (product, size) => Math.Min(1L << 40, product * size));

    /// <summary>The states: all where they are few, else the extremes and as many as allowed by chance.</summary>
    public IEnumerable<DiskImage> States(int maximum, Random random)
    {
        var sizes = Sizes().ToArray();
        if (Count <= maximum)
        {
            var chosen = new int[sizes.Length];
            do
            {
                yield return Build(chosen);
            }
            while (Next(chosen, sizes));

            yield break;
        }

        yield return Build(new int[sizes.Length]);
        yield return Build([.. sizes.Select(size => size - 1)]);
        for (var i = 2; i < maximum; i++)
        {
            var bias = random.Next(3);
            yield return Build([.. sizes.Select(size =>
                bias == 0 || random.Next(3) == 0 ? random.Next(size) : bias == 1 ? 0 : size - 1)]);
        }
    }

    private static bool Next(int[] chosen, int[] sizes)
    {
        for (var i = 0; i < chosen.Length; i++)
        {
            if (++chosen[i] < sizes[i])
            {
                return true;
            }

            chosen[i] = 0;
        }

        return false;
    }

    private IEnumerable<int> Sizes() =>
        _names.Select(choice => choice.Options.Count).Concat(_files.Select(file => file.Contents.Count));

    private void Collect(DiskNode node, bool isTemporary)
    {
        if (node is DiskFile file && !isTemporary && _seen.Add(file))
        {
            var contents = FileContents.Of(file, _time);
            if (contents.Count > 1)
            {
                _files.Add((file, contents));
            }
            else
            {
                _durable.Add(file, contents[0]);
            }
        }

        if (node is DiskDirectory directory && _seen.Add(directory))
        {
            _names.AddRange(isTemporary
                ? [NameChoice.OfTemporary(directory, _time)]
                : NameChoice.Of(directory, _time));
            foreach (var (name, child) in directory.Changes.Where(change => change.Start < _time)
                .SelectMany(change => change.Names))
            {
                if (child is not null)
                {
                    Collect(child, isTemporary || name == Temporary);
                }
            }
        }
    }

    private DiskImage Build(int[] chosen)
    {
        var applied = new Dictionary<DiskDirectory, List<NameChange>>();
        for (var i = 0; i < _names.Count; i++)
        {
            if (!applied.TryGetValue(_names[i].Directory, out var changes))
            {
                applied.Add(_names[i].Directory, changes = []);
            }

            changes.AddRange(_names[i].Options[chosen[i]]);
        }

        var contents = new Dictionary<DiskFile, byte[]>();
        for (var i = 0; i < _files.Count; i++)
        {
            contents.Add(_files[i].File, _files[i].Contents[chosen[_names.Count + i]]);
        }

        var entries = new List<(string, byte[]?)>();
        var key = new StringBuilder();
        AddNames(_disk.Root, "", entries, key, applied, contents);
        return new DiskImage(entries, key.ToString());
    }

    private void AddNames(
        DiskDirectory directory,
        string path,
        List<(string Path, byte[]? Bytes)> entries,
        StringBuilder key,
        Dictionary<DiskDirectory, List<NameChange>> applied,
        Dictionary<DiskFile, byte[]> contents)
    {
        foreach (var (name, node) in NamesOf(directory, applied))
        {
            var child = $"{path}/{name}";
            if (node is DiskDirectory inner)
            {
                entries.Add((child, null));
                key.Append(CultureInfo.InvariantCulture, $"{child}\n");
                AddNames(inner, child, entries, key, applied, contents);
            }
            else
            {
                // A file that has only temporary names: nobody looks into it.
                var file = (DiskFile)node;
                var isKnown = _durable.TryGetValue(file, out var bytes);
                var torn = contents.GetValueOrDefault(file, []);
                entries.Add((child, isKnown ? bytes : torn));
                key.Append(CultureInfo.InvariantCulture, $"{child}={file.Number}");
                key.Append(isKnown ? $"/{bytes!.Length}\n" : $":{Convert.ToHexString(SHA256.HashData(torn))}\n");
            }
        }
    }

    private SortedDictionary<string, DiskNode> NamesOf(
        DiskDirectory directory, Dictionary<DiskDirectory, List<NameChange>> applied)
    {
        var names = new SortedDictionary<string, DiskNode>(StringComparer.Ordinal);
        foreach (var change in directory.Changes.Where(
            change => change.Start < _time && directory.IsDurable(change, _time)))
        {
            DiskDirectory.Apply(names, change);
        }

        foreach (var change in applied.GetValueOrDefault(directory, []).OrderBy(change => change.Start))
        {
            DiskDirectory.Apply(names, change);
        }

        return names;
    }
}
