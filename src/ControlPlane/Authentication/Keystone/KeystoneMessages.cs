namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>
/// What is sent to and read from <c>/v3/auth/tokens</c>; what is not used here is left out. Source: Identity API v3,
/// "Authentication and token management".
/// </summary>
internal static class KeystoneMessages
{
    /// <summary>Asks for a token by password, for a project.</summary>
    public static Request AskByPassword(string user, string userDomain, string project, string projectDomain,
        string password) => new(new Auth(
            new Identity(["password"], new Password(new User(user, password, new Named(userDomain)))),
            new Scope(new Project(project, new Named(projectDomain)))));

    /// <summary>The body of a request for a token.</summary>
    public sealed record Request(Auth Auth);

    /// <summary>How, and what for.</summary>
    public sealed record Auth(Identity Identity, Scope Scope);

    /// <summary>How.</summary>
    public sealed record Identity(IReadOnlyList<string> Methods, Password Password);

    /// <summary>By password.</summary>
    public sealed record Password(User User);

    /// <summary>Who.</summary>
    public sealed record User(string Name, string Password, Named Domain);

    /// <summary>What for.</summary>
    public sealed record Scope(Project Project);

    /// <summary>A project by its name.</summary>
    public sealed record Project(string Name, Named Domain);

    /// <summary>Something that has a name.</summary>
    public sealed record Named(string Name);

    /// <summary>An answer.</summary>
    public sealed record Answer(Token Token);

    /// <summary>A token: whose, for what, until when.</summary>
    public sealed record Token(
        Identified User, DateTimeOffset ExpiresAt, DateTimeOffset? IssuedAt, Identified? Project,
        IReadOnlyList<Named>? Roles, bool? IsAdminProject);

    /// <summary>Something that has an id.</summary>
    public sealed record Identified(string Id);
}
