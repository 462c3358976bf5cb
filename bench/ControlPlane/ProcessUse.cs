using System.Globalization;

namespace BackupEngine.ControlPlaneBench;

/// <summary>Processor time and memory of a process, from /proc.</summary>
/// <param name="CpuSeconds">User and system time.</param>
/// <param name="ResidentMiB">Resident memory now.</param>
/// <param name="PeakMiB">The most that was resident.</param>
internal readonly record struct ProcessUse(double CpuSeconds, long ResidentMiB, long PeakMiB)
{
    private const double TicksPerSecond = 100;

    public static ProcessUse Of(int id)
    {
        var stat = StatOf(id);
        var status = File.ReadLines($"/proc/{id}/status").ToList();
        return new ProcessUse((stat.User + stat.System) / TicksPerSecond, MiB(status, "VmRSS:"), MiB(status, "VmHWM:"));
    }

    /// <summary>The only child of a process: the data plane of a control plane.</summary>
    public static int ChildOf(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Single(id => id != 0 && File.Exists($"/proc/{id}/stat") && StatOf(id).Parent == parent);

    private static (int Parent, long User, long System) StatOf(int id)
    {
        // The name of the program, in parentheses, may hold anything.
        var text = File.ReadAllText($"/proc/{id}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number<int>(fields[1]), Number<long>(fields[11]), Number<long>(fields[12]));
    }

    private static T Number<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static long MiB(List<string> status, string name)
    {
        var line = status.First(text => text.StartsWith(name, StringComparison.Ordinal));
        return Number<long>(line[name.Length..].Trim().Split(' ')[0]) / 1024;
    }
}
