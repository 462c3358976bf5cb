using BackupEngine.DataPlane.Transfers;
using Spectre.Console;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// Shows how far a job is: a bar on a terminal, now and then a line on standard error where people read a log,
/// nothing with JSON.
/// </summary>
internal sealed class ProgressDisplay : IProgress<TransferProgress>
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private long _doneBytes;
    private long _totalBytes;

    private double Percent => 100.0 * Interlocked.Read(ref _doneBytes) / Math.Max(1, Interlocked.Read(ref _totalBytes));

    /// <summary>Runs a job and shows its progress.</summary>
    public static async Task<T> RunAsync<T>(Output output, string title, Func<IProgress<TransferProgress>, Task<T>> job)
    {
        var display = new ProgressDisplay();
        if (output.IsTerminal)
        {
            return await display.ShowBarAsync(title, job);
        }

        var running = Task.Run(() => job(display));
        if (!output.Json)
        {
            await display.PrintLinesAsync(title, running);
        }

        return await running;
    }

    /// <inheritdoc/>
    public void Report(TransferProgress value)
    {
        Interlocked.Exchange(ref _totalBytes, value.TotalBytes);
        Interlocked.Exchange(ref _doneBytes, value.DoneBytes);
    }

    private Task<T> ShowBarAsync<T>(string title, Func<IProgress<TransferProgress>, Task<T>> job) => AnsiConsole
        .Progress()
        .AutoClear(true)
        .Columns(
            new TaskDescriptionColumn(),
            new ProgressBarColumn(),
            new PercentageColumn(),
            new DownloadedColumn { Base = FileSizeBase.Binary },
            new TransferSpeedColumn { Base = FileSizeBase.Binary },
            new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var bar = context.AddTask(title);
            var running = Task.Run(() => job(this));
            while (!running.IsCompleted)
            {
                bar.MaxValue = Math.Max(1, Interlocked.Read(ref _totalBytes));
                bar.Value = Interlocked.Read(ref _doneBytes);
                await Task.WhenAny(running, Task.Delay(BarInterval));
            }

            var result = await running;
            bar.Value = bar.MaxValue = Math.Max(1, Interlocked.Read(ref _totalBytes));
            context.Refresh();
            return result;
        });

    private async Task PrintLinesAsync(string title, Task running)
    {
        while (await Task.WhenAny(running, Task.Delay(LineInterval)) != running)
        {
            await Console.Error.WriteLineAsync(
                $"{title}: {Percent:0} % of {SizeText.Format(Interlocked.Read(ref _totalBytes))}");
        }
    }
}
