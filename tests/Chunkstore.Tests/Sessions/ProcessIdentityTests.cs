using System.Diagnostics;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

public sealed class ProcessIdentityTests
{
    // Not every machine, and not every container, has a machine id.
    private static readonly ProcessIdentity Here = ProcessIdentity.Current with { MachineId = "machine" };

    [Fact]
    public void This_process_lives() => Assert.False(Here.IsProvablyDead(Here));

    [Fact]
    public void A_process_id_that_was_given_to_another_process_is_dead() =>
        Assert.True((Here with { StartTicks = Here.StartTicks - 1 }).IsProvablyDead(Here));

    [Fact]
    public async Task A_process_that_has_ended_is_dead()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True((Here with { Pid = process.Id, StartTicks = 1 }).IsProvablyDead(Here));
    }

    [Fact]
    public void A_process_from_before_the_boot_is_dead() =>
        Assert.True((Here with { BootId = "another" }).IsProvablyDead(Here));

    [Fact]
    public void Of_what_cannot_be_seen_from_here_nothing_is_said()
    {
        var gone = Here with { Pid = int.MaxValue };
        Assert.True(gone.IsProvablyDead(Here));
        Assert.False((gone with { Host = "another" }).IsProvablyDead(Here));
        Assert.False((gone with { MachineId = "another" }).IsProvablyDead(Here));
        Assert.False((gone with { PidNamespace = "another" }).IsProvablyDead(Here));
        Assert.False((gone with { PidNamespace = "" }).IsProvablyDead(Here with { PidNamespace = "" }));
        Assert.False((gone with { BootId = "" }).IsProvablyDead(Here));
        Assert.False((gone with { MachineId = "" }).IsProvablyDead(Here with { MachineId = "" }));
    }
}
