using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Every byte is counted once.</summary>
public sealed class CoveredRangesTests
{
    [Fact]
    public void As_a_set_of_bytes_does() => Gen.Select(Gen.Int[0, 60], Gen.Int[1, 8]).List[0, 60].Sample(ranges =>
    {
        var covered = new CoveredRanges();
        var model = new HashSet<int>();
        foreach (var (start, length) in ranges)
        {
            var bytes = Enumerable.Range(start, length).ToArray();
            if (bytes.Any(model.Contains))
            {
                Assert.Throws<NbdProtocolException>(() => covered.Add(start, start + length));
            }
            else
            {
                covered.Add(start, start + length);
                model.UnionWith(bytes);
            }

            Assert.Equal(model.Count, covered.TotalBytes);
        }
    });

    [Fact]
    public void Gaps_without_end_are_refused()
    {
        var covered = new CoveredRanges();
        for (var i = 0; i < CoveredRanges.MaximumRanges; i++)
        {
            covered.Add(i * 2, (i * 2) + 1);
        }

        Assert.Throws<NbdProtocolException>(() => covered.Add(1 << 20, (1 << 20) + 1));
    }
}
