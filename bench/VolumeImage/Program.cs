using System.Globalization;
using System.Text.Json;
using BackupEngine.VolumeImage;

// volume-image create PATH SIZE_MIB [SEED]                writes a volume of known contents
// volume-image change PATH PERCENT LIST_FILE [SEED]       overwrites that share of its 64 KiB blocks, anywhere, and
// lists them as JSON
return args switch
{
    ["create", var path, var size, .. var rest] =>
        Create(path, int.Parse(size, CultureInfo.InvariantCulture), Seed(rest)),
    ["change", var path, var percent, var list, .. var rest] =>
        Change(path, double.Parse(percent, CultureInfo.InvariantCulture), list, Seed(rest)),
    _ => Usage(),
};

static int Seed(string[] rest) => rest is [var seed] ? int.Parse(seed, CultureInfo.InvariantCulture) : 1;

static int Usage()
{
    Console.Error.WriteLine(
        "usage: volume-image create PATH SIZE_MIB [SEED] | volume-image change PATH PERCENT LIST_FILE [SEED]");
    return 2;
}

static int Create(string path, int sizeMiB, int seed)
{
    var contents = new VolumeContents(seed);
    var buffer = new byte[VolumeContents.RunBytes];
    using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    for (long run = 0; run < sizeMiB; run++)
    {
        contents.Fill(run, 0, buffer);
        file.Write(buffer);
    }

    file.Flush(flushToDisk: true);
    return 0;
}

static int Change(string path, double percent, string listFile, int seed)
{
    const int BlockBytes = 64 * 1024;
    using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    var blocks = file.Seek(0, SeekOrigin.End) / BlockBytes;
    var random = new Random(seed);
    var chosen = new SortedSet<long>();
    while (chosen.Count < blocks * percent / 100)
    {
        chosen.Add(random.NextInt64(blocks));
    }

    var block = new byte[BlockBytes];
    foreach (var index in chosen)
    {
        random.NextBytes(block.AsSpan(0, BlockBytes / 2));
        file.Position = index * BlockBytes;
        file.Write(block);
    }

    file.Flush(flushToDisk: true);
    using var list = File.Create(listFile);
    JsonSerializer.Serialize(list, chosen.Select(index => new { offset = index * BlockBytes, length = BlockBytes }));
    return 0;
}
