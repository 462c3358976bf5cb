using System.Reflection;
using System.Xml.Linq;

namespace BackupEngine.Architecture.Tests.Layering;

/// <summary>Who may know whom: by what the compiled programs refer to, and by what the projects name.</summary>
public sealed class LayeringTests
{
    private static readonly string[] Ours = ["BackupEngine.Chunkstore", "backup-dataplane", "backup-engine"];

    [Theory]
    [InlineData("BackupEngine.Chunkstore", "it is a library that other programs can use by itself")]
    [InlineData(
        "backup-dataplane", "it works without a control plane, from its own command line", "BackupEngine.Chunkstore")]
    [InlineData("backup-engine",
        "it knows the data plane by its contract only: one that crashes takes no control plane with it")]
    public void A_program_refers_to_no_other_than(string assembly, string reason, params string[] allowed)
    {
        var referred = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!).Where(name => Ours.Contains(name, StringComparer.Ordinal));
        Assert.True(!referred.Except(
            allowed, StringComparer.Ordinal).Any(), $"{assembly} refers to {string.Join(", ", referred)}; {reason}.");
    }

    [Theory]
    [InlineData("src/Chunkstore/Chunkstore.csproj")]
    [InlineData("src/DataPlane/DataPlane.csproj", "Chunkstore")]
    [InlineData("src/ControlPlane/ControlPlane.csproj")]
    public void A_project_references_no_other_than(string project, params string[] allowed)
    {
        var references = XDocument.Load(Path.Combine(Checkout.Root, project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Equal(allowed, references);
    }
}
