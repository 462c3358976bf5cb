using System.Globalization;
using System.Numerics;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>The limits that a body sets.</summary>
internal static class QuotaChange
{
    /// <summary>Fields that clients send beside the limits.</summary>
    private static readonly string[] Ignored = ["tenant_id", "id", "force", "skip_validation"];

    /// <summary>The body of a change; anything in it is looked at by <see cref="Read"/>.</summary>
    public static Schema Body(string field) => ObjectSchema.Body(field, new ObjectSchema
    {
        Properties = [],
        OtherFieldsAllowed = true,
    });

    /// <summary>Reads the limits; refuses names and values that there are not.</summary>
    public static Dictionary<string, int> Read(BodyValue fields)
    {
        var given = fields.Fields.Where(field => !Ignored.Contains(field.Key, StringComparer.Ordinal)).ToList();
        var bad = given.Select(field => field.Key)
            .Where(name => !QuotaResource.All.Contains(name, StringComparer.Ordinal)).ToList();
        if (bad.Count > 0)
            throw Fault.InvalidInput($"Bad key(s) in quota set: {string.Join(',', bad)}");
        return given.ToDictionary(field => field.Key, field => Limit(field.Key, field.Value), StringComparer.Ordinal);
    }

    private static int Limit(string name, BodyValue value)
    {
        if (value.Text.Length > WholeNumber.MaxDigits)
            throw Fault.BadRequest($"{name} must be an integer of at most {WholeNumber.MaxDigits} digits");
        if (value.Kind is not (BodyKind.Integer or BodyKind.Text)
            || !BigInteger.TryParse(
                value.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            throw Fault.BadRequest($"{name} must be an integer");
        if (limit < QuotaResource.Unlimited)
            throw Fault.BadRequest($"{name} must be >= {QuotaResource.Unlimited}");
        return limit <= int.MaxValue ? (int)limit : throw Fault.BadRequest($"{name} must be <= {int.MaxValue}");
    }
}
