using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BackupEngine.ControlPlane.Database;

/// <summary>For <c>dotnet ef migrations add NAME</c> only: the tool needs the model, never a database.</summary>
public sealed class DesignTimeDatabaseFactory : IDesignTimeDbContextFactory<EngineDatabase>
{
    /// <inheritdoc/>
    public EngineDatabase CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<EngineDatabase>();
        EngineDatabaseRegistration.Configure(builder, Path.Combine(Path.GetTempPath(), "design-time.db"));
        return new EngineDatabase(builder.Options);
    }
}
