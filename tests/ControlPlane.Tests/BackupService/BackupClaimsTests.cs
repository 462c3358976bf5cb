using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.BackupService;

public sealed class BackupClaimsTests : IDisposable
{
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task Of_many_services_that_try_one_gets_each_record()
    {
        var volume = await _bench.AddVolumeAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add((await _bench.AddBackupAsync(volume)).Id);

        var claims = await Task.WhenAll(
            from id in ids
            from host in new[] { "a", "b", "c", "d" }
            select _bench.Claims(host).TryClaimAsync(id, WorkflowKind.Create, Token));

        Assert.Equal(ids.Order(), claims.Where(claim => claim is not null).Select(claim => claim!.BackupId).Order());
        Assert.All(claims.Where(claim => claim is not null), claim => Assert.Equal(1, claim!.Number));
    }

    [Fact]
    public async Task A_lease_that_has_run_out_can_be_claimed_and_the_number_grows()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var first = await _bench.Claims("a").TryClaimAsync(backup.Id, WorkflowKind.Create, Token);
        Assert.Null(await _bench.Claims("b").TryClaimAsync(backup.Id, WorkflowKind.Create, Token));

        await _bench.ExpireLeaseAsync(backup.Id);
        var second = await _bench.Claims("b").TryClaimAsync(backup.Id, WorkflowKind.Create, Token);

        Assert.Equal((1, false), (first!.Number, first.TakesOver));
        Assert.Equal((2, true), (second!.Number, second.TakesOver));
        Assert.Equal("b", (await _bench.BackupAsync(backup.Id)).Host);
    }

    [Fact]
    public async Task A_host_may_claim_again_what_it_held_before_its_restart()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.Claims("a").TryClaimAsync(backup.Id, WorkflowKind.Create, Token);

        var again = await _bench.Claims("a").TryClaimAsync(backup.Id, WorkflowKind.Create, Token);

        Assert.True(again!.TakesOver);
    }

    [Theory]
    [InlineData(BackupStatus.Available)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Restoring)]
    [InlineData(BackupStatus.Deleted)]
    public async Task A_late_command_claims_nothing(string status)
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.Status = status);

        Assert.Null(await _bench.Claims().TryClaimAsync(backup.Id, WorkflowKind.Create, Token));
        Assert.Equal(0, (await _bench.BackupAsync(backup.Id)).ClaimNumber);
    }

    [Fact]
    public async Task The_lease_is_as_long_as_configured_in_the_time_of_the_database()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var before = DateTime.UtcNow;

        await _bench.Claims().TryClaimAsync(backup.Id, WorkflowKind.Create, Token);

        var lease = (await _bench.BackupAsync(backup.Id)).LeaseExpiresAt!.Value - before;
        Assert.InRange(lease.TotalSeconds, 3599, 3900);
    }

    [Fact]
    public async Task A_write_under_a_lost_claim_changes_nothing()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var claim = await _bench.ClaimAsync(backup.Id);
        var record = new BackupRecord(_bench, claim, "a", 30, TimeProvider.System, NullLogger.Instance);
        await _bench.StealAsync(backup.Id);

        await Assert.ThrowsAsync<ClaimLostException>(() => record.RenewAsync(Token));
        await Assert.ThrowsAsync<ClaimLostException>(() => record.InTransactionAsync(
            (database, _) =>
            {
                database.BackupSteps.Add(new BackupStepEntity { BackupId = backup.Id, Outcome = "done" });
                return Task.CompletedTask;
            },
            Token));
        await record.ExpireLeaseAsync(Token);

        Assert.Empty(await _bench.StepsAsync(backup.Id));
        Assert.True((await _bench.BackupAsync(backup.Id)).LeaseExpiresAt > DateTime.UtcNow.AddMinutes(10));
    }

    public void Dispose() => _bench.Dispose();
}
