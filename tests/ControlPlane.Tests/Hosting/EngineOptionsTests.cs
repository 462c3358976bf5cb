using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Tests.Hosting;

/// <summary>What the options refuse, and how it is said.</summary>
public sealed class EngineOptionsTests
{
    [Fact]
    public void Defaults_are_allowed() => EngineOptionsValidator.Validate(new EngineOptions());

    [Fact]
    public void A_key_file_that_is_not_there_is_named_with_what_makes_one()
    {
        var message = Refused(new EngineOptions { DataPlaneKeyFile = "/nowhere/key" });
        Assert.Contains("DataPlaneKeyFile \"/nowhere/key\" is not there", message, StringComparison.Ordinal);
        Assert.Contains("key generate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_for_a_data_plane_that_something_else_runs_is_refused() => Assert.Contains(
        "Start the one behind DataPlaneSocket with --key-file",
        Refused(new EngineOptions { DataPlaneKeyFile = Environment.ProcessPath, DataPlaneSocket = "/run/dp.sock" }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData((1 << 20) + 1, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 86401)]
    public void Checkpoints_that_cannot_be_made_are_refused(int mebibytes, int seconds) => Assert.Contains(
        mebibytes == 0 ? "from 0 to 86400" : "from 0 to 1048576",
        Refused(new EngineOptions { CheckpointIntervalMiB = mebibytes, CheckpointSeconds = seconds }),
        StringComparison.Ordinal);

    [Fact]
    public void Bounds_go_to_the_data_plane_that_is_started()
    {
        var options = new EngineOptions { DataPlaneRateLimitMiB = 100, DataPlaneMemoryBudgetMiB = 2048 };
        EngineOptionsValidator.Validate(options);
        Assert.Equal(
            ["serve", "--socket", "/run/dp.sock", "--rate-limit", "100MiB", "--memory-budget", "2048MiB"],
            DataPlaneProcess.Arguments("/run/dp.sock", options));
        Assert.Equal(
            ["serve", "--socket", "/run/dp.sock"],
            DataPlaneProcess.Arguments("/run/dp.sock", new EngineOptions()));
    }

    [Fact]
    public void Bounds_of_a_data_plane_that_something_else_runs_and_negative_ones_are_refused()
    {
        Assert.Contains(
            "with --rate-limit and --memory-budget",
            Refused(new EngineOptions { DataPlaneMemoryBudgetMiB = 1, DataPlaneSocket = "/run/dp.sock" }),
            StringComparison.Ordinal);
        var message = Refused(new EngineOptions { BackupRateLimitMiB = -1, RestoreRateLimitMiB = -2 });
        Assert.Contains("BackupRateLimitMiB -1 is not allowed", message, StringComparison.Ordinal);
        Assert.Contains("RestoreRateLimitMiB -2 is not allowed", message, StringComparison.Ordinal);
    }

    private static string Refused(EngineOptions options) =>
        Assert.Throws<EngineConfigurationException>(() => EngineOptionsValidator.Validate(options)).Message;
}
