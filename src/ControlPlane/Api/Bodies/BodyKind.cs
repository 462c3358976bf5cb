namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>The types of JSON, whole numbers apart from others.</summary>
internal enum BodyKind
{
    /// <summary><c>null</c>.</summary>
    Null = 0,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Truth = 1,

    /// <summary>A number without point and exponent.</summary>
    Integer = 2,

    /// <summary>Any other number.</summary>
    Fraction = 3,

    /// <summary>A string.</summary>
    Text = 4,

    /// <summary>An array.</summary>
    List = 5,

    /// <summary>An object.</summary>
    Object = 6,
}
