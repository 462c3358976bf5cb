using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>A database that is away for a moment, at every statement and every commit of a workflow.</summary>
public sealed class DatabaseOutageTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    public async Task A_backup_does_not_notice_that_the_database_was_away(int failures, int every)
    {
        using var bench = new WorkflowBench { Time = new HastyTime() };
        var operations = await CountAsync(bench);
        Assert.InRange(operations, 60, 400);
        for (var at = 0; at < operations; at += every)
            await RunWithOutageAsync(bench, at, failures);
    }

    [Fact]
    public void Errors_that_pass_by_themselves_are_told_from_those_that_stay()
    {
        Assert.True(DatabaseOutage.IsTransient(new SqliteException("database is locked", 5)));
        Assert.True(DatabaseOutage.IsTransient(Postgres(PostgresErrorCodes.AdminShutdown)));
        Assert.True(DatabaseOutage.IsTransient(Postgres(PostgresErrorCodes.CrashShutdown)));
        Assert.True(DatabaseOutage.IsTransient(Postgres(PostgresErrorCodes.CannotConnectNow)));
        Assert.True(DatabaseOutage.IsTransient(Postgres(PostgresErrorCodes.DeadlockDetected)));
        Assert.True(DatabaseOutage.IsTransient(
            new InvalidOperationException("wrapped", new NpgsqlException("reading", new IOException("reset")))));
        Assert.False(DatabaseOutage.IsTransient(new SqliteException("constraint failed", 19)));
        Assert.False(DatabaseOutage.IsTransient(Postgres(PostgresErrorCodes.UniqueViolation)));
        Assert.False(DatabaseOutage.IsTransient(new InvalidOperationException("a defect")));
        Assert.False(DatabaseOutage.IsTransient(null));
    }

    private static PostgresException Postgres(string state) => new("said by the server", "FATAL", "FATAL", state);

    private static async Task<int> CountAsync(WorkflowBench bench)
    {
        var backup = await bench.AddBackupAsync(await bench.AddVolumeAsync());
        var claim = await bench.ClaimAsync(backup.Id);
        var before = bench.Away.Seen;
        await bench.RunAsync(claim);
        return bench.Away.Seen - before;
    }

    private static async Task RunWithOutageAsync(WorkflowBench bench, int at, int failures)
    {
        var volume = await bench.AddVolumeAsync();
        var backup = await bench.AddBackupAsync(volume);
        var claim = await bench.ClaimAsync(backup.Id);
        var started = bench.DataPlane.Started.Count;
        (bench.Away.From, bench.Away.Count, bench.Away.Struck) = (bench.Away.Seen + at, failures, false);

        await bench.RunAsync(claim);

        bench.Away.From = -1;
        Assert.True(bench.Away.Struck);
        var record = await bench.BackupAsync(backup.Id);
        Assert.True(record.Status == BackupStatus.Available, $"operation {at}: {record.FailReason}");
        Assert.Equal(CreateBackupTrace.Whole, await bench.TraceAsync(backup.Id));
        Assert.Equal(VolumeStatus.InUse, (await bench.VolumeAsync(volume.Id)).Status);
        Assert.Equal(started + 1, bench.DataPlane.Started.Count);
        bench.AssertNothingLeft();
    }
}
