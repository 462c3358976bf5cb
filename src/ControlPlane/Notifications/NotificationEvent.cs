namespace BackupEngine.ControlPlane.Notifications;

/// <summary>What a notification tells: the name of the event, and how grave it is.</summary>
/// <param name="Type">For example <c>backup.create.start</c>.</param>
/// <param name="Priority"><see cref="Info"/> or <see cref="Error"/>.</param>
internal sealed record NotificationEvent(string Type, string Priority)
{
    /// <summary>Priority of everything that goes as it should.</summary>
    public const string Info = "INFO";

    /// <summary>Priority of what failed.</summary>
    public const string Error = "ERROR";

    /// <summary>A backup that is being made has come further.</summary>
    public static readonly NotificationEvent Progress = new("backup.createprogress", Info);

    /// <summary>An administrator is about to set the status of a backup.</summary>
    public static readonly NotificationEvent ResetStarted = new("backup.reset_status.start", Info);

    /// <summary>An administrator has set it.</summary>
    public static readonly NotificationEvent ResetEnded = new("backup.reset_status.end", Info);

    /// <summary>A backup service has begun with an action: <c>create</c>, <c>restore</c> or <c>delete</c>.</summary>
    public static NotificationEvent StartOf(string action) => new($"backup.{action}.start", Info);

    /// <summary>An action has ended well.</summary>
    public static NotificationEvent EndOf(string action) => new($"backup.{action}.end", Info);

    /// <summary>An action has failed, or was cancelled; Cinder tells nothing then.</summary>
    public static NotificationEvent FailureOf(string action) => new($"backup.{action}.error", Error);
}
