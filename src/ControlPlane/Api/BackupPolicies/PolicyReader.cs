using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Schedules.Calendar;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Writes what a body says into a policy; what it does not name stays as it is.</summary>
internal static class PolicyReader
{
    /// <summary>Reads a body that passed its schema.</summary>
    /// <exception cref="ApiFaultException">400: a value cannot be used.</exception>
    public static void Read(BodyValue body, BackupPolicyEntity policy)
    {
        var fields = body[PolicyBodies.Field]!;
        if (fields["name"] is { } name)
            policy.Name = RequireName(name.Text.Trim());
        if (fields.Fields.ContainsKey("description"))
            policy.Description = BodyFields.ReadTrimmed(fields, "description");
        policy.Enabled = TruthSchema.Read(fields["enabled"]) ?? policy.Enabled;
        policy.AllVolumes = TruthSchema.Read(fields["all_volumes"]) ?? policy.AllVolumes;
        policy.JitterSeconds = NumberSchema.Read(fields["jitter_seconds"]) ?? policy.JitterSeconds;
        if (fields["timezone"] is { } zone)
            policy.TimeZone = RequireZone(zone.Text);
        if (fields["rules"] is { } rules)
            policy.RulesJson = PolicyJson.Write([.. rules.Items.Select(RuleReader.Read)]);
        if (fields.Fields.ContainsKey("options"))
            policy.OptionsJson = PolicyJson.Write(ReadOptions(fields["options"]));
        if (fields.Fields.ContainsKey("retention"))
            policy.RetentionJson = PolicyJson.Write(RetentionReader.Read(fields["retention"]));
    }

    private static string RequireName(string name) =>
        name.Length > 0 ? name : throw Fault.InvalidInput("The name of a backup policy is blank.");

    private static string RequireZone(string name) => TimeZoneNames.Find(name) is not null
        ? name
        : throw Fault.InvalidInput(
            $"'{name}' is not a time zone. It is UTC, or a name of the IANA database such as Europe/Berlin.");

    private static PolicyOptions ReadOptions(BodyValue? given)
    {
        var options = new PolicyOptions();
        if (given is null)
            return options;
        var template = given["name_template"]?.Text ?? options.NameTemplate;
        if (NameTemplate.UnknownFieldOf(template) is { } unknown)
            throw Fault.InvalidInput(
                $"name_template has the field {{{unknown}}}. Fields are "
                + $"{string.Join(", ", NameTemplate.Fields.Select(field => $"{{{field}}}"))}.");
        var action = ActionOptions.ReadFields(given);
        return options with
        {
            RateLimitMiB = action.RateLimitMiB,
            Priority = action.Priority,
            Incremental = TruthSchema.Read(given["incremental"]) ?? options.Incremental,
            FullEvery = NumberSchema.Read(given["full_every"]) ?? options.FullEvery,
            Force = TruthSchema.Read(given["force"]) ?? options.Force,
            NameTemplate = template,
            Description = BodyFields.ReadTrimmed(given, "description"),
            Container = BodyFields.ReadText(given, "container"),
            AvailabilityZone = BodyFields.ReadText(given, "availability_zone"),
            Metadata = MetadataSchema.Read(given["metadata"]) ?? options.Metadata,
        };
    }
}
