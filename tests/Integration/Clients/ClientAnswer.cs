namespace BackupEngine.Integration.Clients;

/// <summary>How a command of a client ended.</summary>
internal sealed record ClientAnswer(int ExitCode, string Output, string Errors)
{
    public string Everything => Output + Errors;
}
