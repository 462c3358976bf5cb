using System.Diagnostics;
using BackupEngine.Chunkstore.Hashing;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>
/// Processors with fewer instructions: child processes whose runtime hides some of them run the digest and kernel
/// tests again.
/// </summary>
/// <remarks>
/// A misspelt knob is ignored by the runtime in silence, so the child asserts which kernel it selected. The code
/// paths differ, too: with AVX-512 the narrow kernels rotate by one instruction, without it by shuffles and shifts.
/// </remarks>
public sealed class Blake3TierTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", Blake3Kernel.Vector256)]
    [InlineData("DOTNET_EnableAVX2", Blake3Kernel.Vector128)]
    [InlineData("DOTNET_EnableHWIntrinsic", Blake3Kernel.Scalar)]
    public async Task With_instructions_hidden_the_next_kernel_is_selected_and_right(string knob, Blake3Kernel widest)
    {
        var expected = (Blake3Kernel)Math.Min((int)widest, (int)Blake3.Kernel);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "BackupEngine.Chunkstore.Tests"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "-class", typeof(Blake3KernelTests).FullName!,
                "-class", typeof(Blake3Tests).FullName!,
                "-class", typeof(Blake3HasherTests).FullName!,
                "-noColor",
            },
            Environment =
            {
                [knob] = "0",
                [Blake3KernelTests.ExpectedKernelVariable] = expected.ToString(),
            },
        };
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output);
        Assert.Contains("Failed: 0", output, StringComparison.Ordinal);
    }
}
