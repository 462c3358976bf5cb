using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.Extensions.Configuration;

namespace BackupEngine.ControlPlane.Tests.Authentication.Policies;

/// <summary>The file that changes who may do what.</summary>
public sealed class PolicyFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("\"backup:create\": \"role:operator\"\n")]
    [InlineData("# who backs up\nbackup:create: role:operator # only they\n")]
    [InlineData("{\"backup:create\": \"role:operator\"}")]
    [InlineData("{\n  \"operators\": \"role:operator\",\n  \"backup:create\": \"rule:operators\"\n}\n")]
    public void A_rule_is_changed_and_the_others_stay(string text)
    {
        var policy = Load(text);
        var (operatorUser, member) = (Of("operator"), Of("member"));

        Assert.True(policy.Allows(PolicyRules.BackupCreate, operatorUser, PolicyTarget.Of(operatorUser)));
        Assert.False(policy.Allows(PolicyRules.BackupCreate, member, PolicyTarget.Of(member)));
        Assert.True(policy.Allows(PolicyRules.BackupDelete, member, PolicyTarget.Of(member)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("{}")]
    public void An_empty_file_changes_nothing(string text) =>
        Assert.Equal(Policy.Default.Expressions, Load(text).Expressions);

    [Theory]
    [InlineData("\n\"backup:crate\": \"@\"", "line 2: there is no rule backup:crate, and no other names it. Rules are")]
    [InlineData("backup:get: rule:nobody", "line 1: backup:get names the rule nobody, which there is not.")]
    [InlineData("backup:get: role:a role:b", "line 1: backup:get: \"role:b\" was not expected there.")]
    [InlineData("{\"backup:get\":\n [\"role:a\"]}", "line 2: a rule and its expression are texts.")]
    [InlineData("backup:get: '@'\nbackup:get: '!'", "line 2: backup:get is there twice.")]
    [InlineData("admin_api: rule:x\nx: not rule:admin_api", "line 1: admin_api names itself, in a circle.")]
    [InlineData("backup:get: '@", "line 1: it is neither YAML nor JSON")]
    [InlineData("- backup:get", "line 1: rules are expected")]
    [InlineData("nonsense", "line 1: rules are expected")]
    public void Faults_are_told_with_their_lines(string text, string fault)
    {
        var message = Assert.Throws<PolicyFileException>(() => Load(text)).Message;

        Assert.StartsWith($"PolicyFile {_path}, {fault}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_told_before_anything_is_started()
    {
        File.WriteAllText(_path, "backup:get: nonsense\nbackup:delete: 'role:'\n");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Engine:PolicyFile"] = _path, ["Engine:LeaseSeconds"] = "0" }).Build();

        var message = Assert.Throws<EngineConfigurationException>(
            () => EngineOptionsReader.Read(configuration)).Message;

        Assert.Contains("line 1: backup:get: \"nonsense\"", message, StringComparison.Ordinal);
        Assert.Contains("line 2: backup:delete: \"role:\"", message, StringComparison.Ordinal);
        Assert.Contains("LeaseSeconds 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_fault() => Assert.Contains(
        "cannot be read", Assert.Throws<PolicyFileException>(() => Policy.Load("/nowhere/policy.yaml")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Who_is_administrator_is_a_rule_too()
    {
        var policy = Load("context_is_admin: role:cloud_admin");

        Assert.True(policy.WithAdministration(Of("cloud_admin")).IsAdmin);
        Assert.False(policy.WithAdministration(Of("admin")).IsAdmin);
    }

    private static Caller Of(string role) => new("u", "p", [role]);

    private Policy Load(string text)
    {
        File.WriteAllText(_path, text);
        return Policy.Load(_path);
    }
}
