using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Scheduling;
using BackupEngine.ControlPlane.Workflows;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Scheduling;

public sealed class ScheduleTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Projects_take_turns_and_one_that_runs_nothing_comes_first()
    {
        QueueEntry[] waiting = [Waits("a", 0), Waits("a", 1), Waits("a", 2), Waits("b", 3), Waits("c", 4)];
        QueueEntry[] running = [Waits("c", 5) with { Host = "one" }];

        var order = QueueOrder.Of(waiting, running);

        Assert.Equal(
            [waiting[0], waiting[3], waiting[1], waiting[4], waiting[2]], order);
    }

    [Fact]
    public void Priorities_order_a_project_and_take_no_turn_from_another()
    {
        QueueEntry[] waiting =
        [
            Waits("a", 0) with { Priority = BackupPriority.Low },
            Waits("a", 1),
            Waits("a", 2) with { Priority = BackupPriority.Urgent },
            Waits("a", 3) with { Priority = BackupPriority.Urgent },
            Waits("b", 4) with { Priority = BackupPriority.Low },
        ];

        var order = QueueOrder.Of(waiting, []);

        Assert.Equal([waiting[2], waiting[4], waiting[3], waiting[1], waiting[0]], order);
    }

    [Fact]
    public void A_host_verifies_one_thing_at_a_time_beside_its_transfers()
    {
        var runs = Verifies("a", 0) with { Host = "one" };
        QueueEntry[] waiting = [Verifies("b", 1), Waits("c", 2)];

        Assert.Equal([waiting[1]], new Schedule(waiting, [runs], [Backup("one", 9)], "zone").For("one", 9));
        Assert.Empty(new Schedule(waiting, [runs], [Backup("one", 1)], "zone").For("one", 9));
        var two = new Schedule([waiting[0]], [runs], [Backup("one", 9), Backup("two", 9)], "volume-host");
        Assert.Equal([waiting[0]], two.For("two", 9));
        Assert.Contains(
            "room on one",
            new Schedule(waiting, [runs], [Backup("one", 9)], "zone").WaitsFor(waiting[0]),
            StringComparison.Ordinal);
        Assert.Equal(
            "a backup service: none runs", new Schedule(waiting, [], [], "volume-host").WaitsFor(waiting[0]));
    }

    [Fact]
    public void The_least_busy_host_takes_the_next_and_then_counts_as_busier()
    {
        var running = Waits("a", 0) with { Host = "one", SizeGiB = 10 };
        QueueEntry[] waiting = [Waits("a", 1, sizeGiB: 8), Waits("a", 2, sizeGiB: 8), Waits("a", 3, sizeGiB: 8)];
        var schedule = new Schedule(waiting, [running], [Backup("one", 9), Backup("two", 9)], "zone");

        Assert.Equal([waiting[0], waiting[1]], schedule.For("two", 9));
        Assert.Equal([waiting[2]], schedule.For("one", 9));
    }

    [Fact]
    public void What_the_least_busy_host_leaves_lying_is_taken_by_another()
    {
        var entry = Waits("a", 0) with { Overdue = true };
        var busy = Waits("b", 1) with { Host = "one" };
        var schedule = new Schedule([entry], [busy], [Backup("one", 9), Backup("two", 9)], "zone");

        Assert.Equal([entry], schedule.For("one", 1));
    }

    [Theory]
    [InlineData("volume-host", "two", true)]
    [InlineData("volume-host", "one", false)]
    [InlineData("zone", "one", true)]
    public void Placement_decides_which_hosts_may_take_it(string placement, string volumeHost, bool takes)
    {
        var entry = Waits("a", 0) with { VolumeHost = volumeHost };
        var schedule = new Schedule(
            [entry], [], [Backup("two", 1), Backup("far", 9, zone: "elsewhere")], placement);

        Assert.Equal(takes ? [entry] : [], schedule.For("two", 9));
        Assert.Empty(schedule.For("far", 9));
        Assert.Equal(takes, schedule.WaitsFor(entry).Length == 0);
    }

    [Fact]
    public void A_host_that_is_silent_disabled_or_full_takes_nothing_and_the_reason_is_told()
    {
        var entry = Waits("a", 0);
        var silent = Backup("silent", 9) with { Lives = false };
        var disabled = Backup("disabled", 9);
        disabled.Record.DisabledAt = Start;
        var full = Backup("full", 1);
        var schedule = new Schedule([entry], [Waits("b", 1) with { Host = "full" }], [silent, disabled, full], "zone");

        Assert.All(new[] { "silent", "disabled", "full" }, host => Assert.Empty(schedule.For(host, 9)));
        Assert.Contains("room on full", schedule.WaitsFor(entry), StringComparison.Ordinal);
        Assert.Contains(
            "none runs there",
            (schedule with { Hosts = [silent, disabled] }).WaitsFor(entry),
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_than_allowed_read_and_write_the_volumes_of_one_host()
    {
        QueueEntry[] waiting = [Waits("a", 0), Waits("a", 1), Waits("a", 2) with { VolumeHost = "other" }];
        var backend = new HostState(
            new HostEntity { Host = "volumes", Role = EngineRole.Volume, MaxConcurrent = 1 }, Lives: true);
        var schedule = new Schedule(waiting, [], [Backup("one", 9), backend], "zone");

        Assert.Equal([waiting[0], waiting[2]], schedule.For("one", 9));
    }

    [Fact]
    public void What_needs_a_volume_of_a_silent_host_waits_for_it_and_the_rest_does_not()
    {
        QueueEntry[] waiting = [Waits("a", 0), Waits("b", 1) with { VolumeHost = "other" }];
        var silent = new HostState(new HostEntity { Host = "volumes", Role = EngineRole.Volume }, Lives: false);
        var schedule = new Schedule(waiting, [], [Backup("one", 9), silent], "zone");

        Assert.Equal([waiting[1]], schedule.For("one", 9));
        Assert.Contains("volumes, where its volume is: it is silent", schedule.WaitsFor(waiting[0]),
            StringComparison.Ordinal);
        Assert.Equal("", schedule.WaitsFor(waiting[1]));
        var back = schedule with { Hosts = [Backup("one", 9), silent with { Lives = true }] };
        Assert.Equal(waiting, back.For("one", 9));
    }

    [Fact]
    public void Whatever_waits_is_given_to_one_host_at_most_and_nothing_is_left_while_there_is_room() =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[1, 5]).Sample((count, first, second, sizes) =>
        {
            var waiting = Enumerable.Range(0, count)
                .Select(i => Waits($"p{i % 3}", i, sizeGiB: 1 + (i % sizes))).ToArray();
            var schedule = new Schedule(
                QueueOrder.Of(waiting, []), [], [Backup("one", first), Backup("two", second)], "zone");
            var one = schedule.For("one", 99);
            var two = schedule.For("two", 99);
            Assert.Empty(one.Intersect(two));
            Assert.Equal(Math.Min(count, first + second), one.Count + two.Count);
        });

    private static QueueEntry Verifies(string project, int minute) =>
        Waits(project, minute) with { Kind = WorkflowKind.Verify, VolumeHost = null };

    private static QueueEntry Waits(string project, int minute, int sizeGiB = 1) => new(
        Guid.NewGuid(), WorkflowKind.Create, project, Guid.NewGuid(), sizeGiB, "nova", "volumes", Host: null,
        Start.AddMinutes(minute), Cancelled: false, Overdue: false);

    private static HostState Backup(string host, int most, string zone = "nova") => new(
        new HostEntity { Host = host, Role = EngineRole.Backup, Zone = zone, MaxConcurrent = most }, Lives: true);
}
