using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What every workflow works with.</summary>
internal sealed record WorkflowServices(
    IDbContextFactory<EngineDatabase> Databases,
    IVolumeService Volumes,
    IDataPlane DataPlane,
    IStepObserver Observer,
    EngineOptions Options,
    TimeProvider Time,
    ILoggerFactory Logs);
