namespace BackupEngine.Integration.Chaos.Matrix;

/// <summary>One moment for every step of every workflow.</summary>
/// <remarks>
/// The steps of the volume service (8, 10, 15, 17) are hit when it has done its part and its answer is not recorded;
/// the steps before them when the request is recorded and not sent.
/// </remarks>
internal static class Moments
{
    public static readonly string[] Workflows = ["create", "restore", "delete"];

    public static readonly IReadOnlyList<Moment> All =
    [
        .. Request("create"),
        Claim("create"),
        Asked("create", 7, "get-backup-device"),
        Answered("create", 8, "get-backup-device"),
        .. Device("create"),
        Asked("create", 16, "remove-temporary-object"),
        Answered("create", 17, "remove-temporary-object"),
        Answered("create", 18, "record-updated"),

        .. Request("restore"),
        Claim("restore"),
        Asked("restore", 7, "get-target-volume"),
        Answered("restore", 8, "get-target-volume"),
        .. Device("restore"),
        Answered("restore", 18, "record-updated"),

        .. Request("delete"),
        Claim("delete"),
        Answered("delete", 12, "remove-data"),
        Answered("delete", 16, "drop-base-point"),
        Answered("delete", 18, "record-updated"),
    ];

    private static Moment[] Request(string workflow) =>
    [
        Answered(workflow, 1, "request-received"),
        Answered(workflow, 2, "request-validated"),
        new(workflow, 3, "record-created", "done", Kept: true),
        Answered(workflow, 4, "command-sent"),
        new(workflow, 5, "request-answered", "done", Kept: true),
    ];

    private static Moment Claim(string workflow) => new(workflow, 6, "record-claimed", "done", Kept: true);

    private static Moment[] Device(string workflow) =>
    [
        Asked(workflow, 9, "expose-device"),
        Answered(workflow, 10, "expose-device"),
        Answered(workflow, 11, "attach-device"),
        Asked(workflow, 12, "transfer-data"),
        Asked(workflow, 13, "detach-device"),
        Asked(workflow, 14, "disconnect-device"),
        Answered(workflow, 15, "disconnect-device"),
    ];

    private static Moment Asked(string workflow, int step, string line) =>
        new(workflow, step, line, "started", Kept: true);

    private static Moment Answered(string workflow, int step, string line) =>
        new(workflow, step, line, "done", Kept: false);
}
