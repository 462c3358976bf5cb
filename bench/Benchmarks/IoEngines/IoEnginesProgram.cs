using System.Globalization;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.Benchmarks.IoEngines;

/// <summary>
/// Which I/O engine reads a device faster, and for how much CPU? Every way of reading in turn in each run, medians of
/// the runs, ratios against threads.
/// </summary>
internal static class IoEnginesProgram
{
    public const string Name = "io-engines";

    private static readonly string[] Engines =
        [ReadingPass.Threads, ReadingPass.IoUring, ReadingPass.IoUringUnregistered];

    /// <summary>Arguments: the name, a label, a device, MiB for each pass, number of runs.</summary>
    public static int Run(string[] args)
    {
        if (args.Length != 5)
        {
            Console.Error.WriteLine($"Usage: {Name} LABEL DEVICE MIB RUNS");
            return 2;
        }

        var (label, path) = (args[1], args[2]);
        var bytes = long.Parse(args[3], CultureInfo.InvariantCulture) << 20;
        var runs = int.Parse(args[4], CultureInfo.InvariantCulture);
        using var device = BlockDevice.Open(path, DeviceAccess.Read, direct: true);
        ReadingCase[] cases =
        [
            .. from scattered in new[] { false, true }
               from lanes in new[] { 1, 2 }
               from depth in new[] { 1, 4, 16 }
               select new ReadingCase(scattered, lanes, depth),
        ];
        var measured = cases.SelectMany(item => Engines.Select(engine => (item, engine)))
            .ToDictionary(key => key, _ => new List<ReadingFigures>());
        var length = Math.Min(bytes, device.LengthBytes);
        ReadingPass.Run(device, ReadingPass.Threads, cases[0], length);
        for (var run = 0; run < runs; run++)
        {
            foreach (var (item, engine) in measured.Keys)
            {
                measured[(item, engine)].Add(ReadingPass.Run(device, engine, item, length));
            }
        }

        Print(label, device, cases, measured);
        return 0;
    }

    private static void Print(
        string label,
        BlockDevice device,
        ReadingCase[] cases,
        Dictionary<(ReadingCase, string), List<ReadingFigures>> measured)
    {
        Console.WriteLine($"{label}: {(device.DirectIo ? "direct I/O" : "through the page cache")}");
        Console.WriteLine();
        Console.WriteLine(
            "| reads | lanes | depth | threads MiB/s | io_uring | unregistered | threads CPU s/GiB | io_uring | "
            + "unregistered | whole machine: threads | io_uring |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var item in cases)
        {
            var of = Engines.Select(engine => ReadingFigures.Median(measured[(item, engine)])).ToArray();
            string[] columns =
            [
                item.Scattered ? "64 KiB scattered" : "1 MiB sequential",
                Number(item.Lanes, "0"),
                Number(item.Depth, "0"),
                Number(of[0].MiBPerSecond, "0"),
                Ratio(of[1].MiBPerSecond, of[0].MiBPerSecond),
                Ratio(of[2].MiBPerSecond, of[0].MiBPerSecond),
                Number(of[0].CpuSeconds, "0.000"),
                Ratio(of[1].CpuSeconds, of[0].CpuSeconds),
                Ratio(of[2].CpuSeconds, of[0].CpuSeconds),
                Number(of[0].MachineCpuSeconds, "0.000"),
                Ratio(of[1].MachineCpuSeconds, of[0].MachineCpuSeconds),
            ];
            Console.WriteLine($"| {string.Join(" | ", columns)} |");
        }

        Console.WriteLine();
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Ratio(double value, double reference) =>
        Number(value / Math.Max(reference, 1e-9), "0.00") + " x";
}
