using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What is to be known of options that can be used all the same: at the start, and by <c>config check</c>.
/// </summary>
internal static class EngineOptionsWarnings
{
    /// <summary>One sentence or more for each; empty where there is nothing to be said.</summary>
    public static IEnumerable<string> Of(EngineOptions options)
    {
        if (options.Has(EngineRole.Api) && options.Authentication == EngineAuthenticationRegistration.KeystoneMode
            && Uri.TryCreate(options.KeystoneUrl, UriKind.Absolute, out var keystone)
            && keystone.Scheme == Uri.UriSchemeHttp && !keystone.IsLoopback)
            yield return $"KeystoneUrl {keystone.GetLeftPart(UriPartial.Authority)} is plain http to another host: the "
                + $"password of {options.KeystoneUser} and the tokens of all users can be read on the way. Use "
                + "https://, with KeystoneCaFile where its authority is your own.";
    }
}
