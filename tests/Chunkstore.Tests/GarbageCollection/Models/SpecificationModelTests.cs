using BackupEngine.Chunkstore.Tests.GarbageCollection.Models.OneCollector;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Models.TwoCollectors;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>
/// The two models of the specification, state by state the same as the programs that came with it: the counts are
/// theirs.
/// </summary>
public sealed class SpecificationModelTests
{
    [Theory]
    [InlineData(2, 2_207)]
    [InlineData(3, 55_496)]
    public void With_all_rules_one_collector_loses_nothing(int writers, int states) =>
        AssertSafe(Explorer.Explore(new FlagModel(writers, cycles: 2, FlagRule.All)), states);

    [Theory]
    [InlineData(nameof(FlagRule.Wait), 932, 8)]
    [InlineData(nameof(FlagRule.Fence), 1_225, 9)]
    [InlineData(nameof(FlagRule.Recheck), 1_832, 10)]
    [InlineData(nameof(FlagRule.Remark), 794, 8)]
    [InlineData(nameof(FlagRule.RegisterFirst), 1_158, 8)]
    public void Without_any_one_rule_something_is_lost(string rule, int states, int steps)
    {
        var rules = FlagRule.All & ~Enum.Parse<FlagRule>(rule);
        AssertViolated(Explorer.Explore(new FlagModel(writers: 2, cycles: 2, rules)), states, steps);
    }

    [Theory]
    [InlineData(2, 2, 91_794)]
    [InlineData(3, 1, 332_376)]
    [InlineData(1, 3, 8_494)]
    public void With_compare_and_swap_two_collectors_lose_nothing(int writers, int cycles, int states) =>
        AssertSafe(Explorer.Explore(new TwoCollectorModel(writers, cycles, compareAndSwap: true)), states);

    [Fact]
    public void Without_compare_and_swap_a_stale_collector_loses_data() => AssertViolated(
        Explorer.Explore(new TwoCollectorModel(writers: 2, cycles: 2, compareAndSwap: false)), 191_007, steps: 18);

    private static void AssertSafe(Exploration exploration, int states)
    {
        Assert.True(exploration.IsSafe, exploration.ToString());
        Assert.Equal(states, exploration.States);
    }

    private static void AssertViolated(Exploration exploration, int states, int steps)
    {
        Assert.False(exploration.IsSafe, exploration.ToString());
        Assert.True(steps == exploration.Violation!.Count, exploration.ToString());
        Assert.True(states == exploration.States, exploration.ToString());
    }
}
