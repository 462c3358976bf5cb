using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Tests.Hosting;

public sealed class EngineOptionsWarningsTests
{
    [Theory]
    [InlineData("http://keystone.example.org:5000", "keystone", true)]
    [InlineData("http://10.0.0.5/identity/v3", "keystone", true)]
    [InlineData("https://keystone.example.org:5000", "keystone", false)]
    [InlineData("http://127.0.0.1:5000", "keystone", false)]
    [InlineData("http://[::1]:5000", "keystone", false)]
    [InlineData("http://localhost:5000/v3", "keystone", false)]
    [InlineData("http://keystone.example.org:5000", "token-file", false)]
    public void A_password_in_the_clear_is_warned_of_and_not_shown(string url, string authentication, bool isWarned)
    {
        var options = new EngineOptions
        {
            Authentication = authentication,
            KeystoneUrl = url,
            KeystonePassword = "not-to-be-seen",
        };

        var warnings = EngineOptionsWarnings.Of(options).ToList();

        Assert.Equal(isWarned ? 1 : 0, warnings.Count);
        Assert.All(warnings, warning => Assert.StartsWith("KeystoneUrl http://", warning, StringComparison.Ordinal));
        Assert.All(warnings, warning => Assert.DoesNotContain("not-to-be-seen", warning, StringComparison.Ordinal));
    }
}
