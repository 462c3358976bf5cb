using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;

namespace BackupEngine.DataPlane.Tests.Devices.Engines;

/// <summary>
/// Rounds of transfers at once, reads and writes that do not overlap, against an array of bytes.
/// </summary>
internal static class QueueModel
{
    private const int Rounds = 40;

    /// <summary>Runs them; the number of transfers made.</summary>
    public static int Run(QueueDevice at, Random random) => Run(at.Device, at.OpenQueue, random);

    /// <summary>Runs them on a device of zeros.</summary>
    public static int Run(IBlockDevice device, Func<int, IIoQueue> open, Random random)
    {
        var lengthBytes = (int)device.LengthBytes;
        var model = new byte[lengthBytes];
        using var target = new AlignedBytes(lengthBytes);
        using var source = new AlignedBytes(lengthBytes);
        var transfers = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var depth = random.Next(1, 24);
            using var queue = open(depth);
            var cuts = Cuts(lengthBytes, Math.Max(device.AlignmentBytes, 512), random);
            target.Memory.Span.Fill(0xEE);
            transfers += RunRound(queue, cuts, model, source.Memory, target.Memory, random);
            Assert.Equal(model, target.Memory.ToArray());
        }

        return transfers;
    }

    /// <summary>Every piece is read or written; what is written is put where the reads of the others go.</summary>
    private static int RunRound(
        IIoQueue queue, int[] cuts, byte[] model, Memory<byte> source, Memory<byte> target, Random random)
    {
        var pieces = Enumerable.Range(0, cuts.Length - 1).ToArray();
        random.Shuffle(pieces);
        foreach (var piece in pieces)
        {
            if (queue.InFlight == queue.Capacity)
            {
                Assert.Null(queue.Wait().Error);
            }

            var (start, size) = (cuts[piece], cuts[piece + 1] - cuts[piece]);
            if (random.Next(2) == 0)
            {
                queue.BeginRead(start, target.Slice(start, size), piece);
                continue;
            }

            random.NextBytes(model.AsSpan(start, size));
            model.AsSpan(start, size).CopyTo(source.Span[start..]);
            model.AsSpan(start, size).CopyTo(target.Span[start..]);
            queue.BeginWrite(start, source.Slice(start, size), piece);
        }

        while (queue.InFlight > 0)
        {
            Assert.Null(queue.Wait().Error);
        }

        return pieces.Length;
    }

    private static int[] Cuts(int lengthBytes, int alignment, Random random)
    {
        var cuts = new SortedSet<int> { 0, lengthBytes };
        for (var i = random.Next(40); i > 0; i--)
        {
            cuts.Add(random.Next(lengthBytes) / alignment * alignment);
        }

        return [.. cuts];
    }
}
