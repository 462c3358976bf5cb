using System.Globalization;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackupEngine.Integration.Support;

/// <summary>
/// The whole engine in this process, with a data plane of its own, real volumes and a real transport.
/// </summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _state;
    private readonly string _volumes;

    private EngineUnderTest(IHost host, string state, string volumes, StepProbe probe)
    {
        (_host, _state, _volumes, Probe) = (host, state, volumes, probe);
        var address =
            host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        User = new BlockStorage(address, state);
    }

    public StepProbe Probe { get; }

    public BlockStorage User { get; }

    public string Repository => Path.Combine(_state, "repository");

    public int? DataPlaneId => _host.Services.GetRequiredService<DataPlaneSupervisor>().ProcessId;

    public IDataPlane DataPlane => _host.Services.GetRequiredService<IDataPlane>();

    /// <param name="files">Where its volumes are.</param>
    /// <param name="transport">How its parts reach each other.</param>
    /// <param name="options">Options beside those that every test has.</param>
    public static async Task<EngineUnderTest> StartAsync(
        VolumeFileSystem files, string transport, params (string Name, string Value)[] options)
    {
        var (state, volumes) =
            (Directory.CreateTempSubdirectory("backup-engine-state-").FullName, files.NewDirectory());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Engine:StateDirectory"] = state,
            ["Engine:VolumeDirectory"] = volumes,
            ["Engine:Urls"] = "http://127.0.0.1:0",
            ["Engine:Host"] = "test-" + Guid.NewGuid().ToString("N")[..8],
            ["Engine:QuotaVolumes"] = "-1",
            ["Engine:QuotaSnapshots"] = "-1",
            ["Engine:QuotaBackups"] = "-1",
            ["Engine:Transport"] = transport,
            ["Engine:RabbitMq"] = transport == "rabbitmq" ? Broker.Address : null,
            ["Logging:LogLevel:Default"] = "Critical",
        };
        foreach (var (name, value) in options)
            settings[$"Engine:{name}"] = value;
        var probe = new StepProbe();
        var host = EngineHost.Build(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            services => services.AddSingleton<IStepObserver>(probe));
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new EngineUnderTest(host, state, volumes, probe);
    }

    /// <summary>No loop device of our volumes; but for that of a volume which a user has connected.</summary>
    public void AssertNoDeviceIsLeft(Guid? except = null) => Assert.DoesNotContain(
        Command.Run("losetup", "--list", "--noheadings", "--output", "BACK-FILE").Split('\n'),
        file => file.Contains(_volumes, StringComparison.Ordinal)
            && !(except is { } volume && file.Contains(volume.ToString(), StringComparison.Ordinal)));

    /// <summary>Nothing attached, no job running.</summary>
    public async Task AssertDataPlaneIsIdleAsync()
    {
        using var client =
            new DataPlaneClient(_host.Services.GetRequiredService<DataPlaneEndpoint>(), TimeProvider.System);
        Assert.Empty(await client.ListAttachmentsAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Every file of the volume directory.</summary>
    public string[] ListFiles() =>
        [.. Directory.GetFiles(_volumes, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        RemoveLoopDevices();
        Directory.Delete(_state, recursive: true);
        Directory.Delete(_volumes, recursive: true);
    }

    /// <summary>
    /// Connections of users stay when the engine stops; those of a test that failed would keep the volumes mounted.
    /// </summary>
    private void RemoveLoopDevices()
    {
        foreach (var line in Command.Run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").Split('\n'))
        {
            if (line.Contains(_volumes, StringComparison.Ordinal))
                Command.Run("losetup", "--detach", line.Split(' ')[0]);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"engine at {_state}");
}
