using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace BackupEngine.Benchmarks.Running;

/// <summary>
/// Runs one case once, by itself, for what it answers: benchmarks measure nothing if they compute nothing.
/// </summary>
internal static class BenchmarkOutcome
{
    /// <summary>Name, parameters and result of a case, in one line.</summary>
    public static string Of(BenchmarkCase benchmark)
    {
        var type = benchmark.Descriptor.Type;
        var instance = Activator.CreateInstance(type)!;
        foreach (var parameter in benchmark.Parameters.Items)
        {
            type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        Call<GlobalSetupAttribute>(instance);
        Call<IterationSetupAttribute>(instance, setup => IsFor(setup, benchmark));
        var result = Completed(benchmark.Descriptor.WorkloadMethod.Invoke(instance, null));
        Call<IterationCleanupAttribute>(instance);
        Call<GlobalCleanupAttribute>(instance);
        var parameters = string.Join(' ', benchmark.Parameters.Items.Select(item => $"{item.Name}={item.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{type.Name}.{benchmark.Descriptor.WorkloadMethod.Name} {parameters}: {result}");
    }

    private static bool IsFor(IterationSetupAttribute setup, BenchmarkCase benchmark) =>
        setup.Targets.Length == 0
        || setup.Targets.Contains(benchmark.Descriptor.WorkloadMethod.Name, StringComparer.Ordinal);

    private static void Call<TAttribute>(object instance, Func<TAttribute, bool>? condition = null)
        where TAttribute : Attribute
    {
        foreach (var method in instance.GetType().GetMethods())
        {
            if (method.GetCustomAttribute<TAttribute>() is { } attribute && (condition?.Invoke(attribute) ?? true))
            {
                Completed(method.Invoke(instance, null));
            }
        }
    }

    private static object? Completed(object? result)
    {
        if (result is not Task task)
        {
            return result;
        }

        task.Wait();
        return task.GetType().GetProperty(nameof(Task<int>.Result))?.GetValue(task);
    }
}
