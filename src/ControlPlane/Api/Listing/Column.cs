using System.Globalization;
using System.Linq.Expressions;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>Makes columns.</summary>
internal static class Column
{
    /// <summary>A column that is true or false.</summary>
    public static ListColumn<T> Truth<T>(Expression<Func<T, bool>> field) =>
        new FieldColumn<T, bool>(field, text => (QueryTruth.TryRead(text, out var truth), truth));

    /// <summary>Of a text.</summary>
    public static ListColumn<T> Text<T>(Expression<Func<T, string?>> field) =>
        new FieldColumn<T, string?>(field, text => (true, text));

    /// <summary>Of an id.</summary>
    public static ListColumn<T> Id<T>(Expression<Func<T, Guid>> field) =>
        new FieldColumn<T, Guid>(field, text => (Guid.TryParse(text, out var id), id));

    /// <summary>Of an id that may be missing.</summary>
    public static ListColumn<T> OptionalId<T>(Expression<Func<T, Guid?>> field) =>
        new FieldColumn<T, Guid?>(field, text => (Guid.TryParse(text, out var id), id));

    /// <summary>Of a number.</summary>
    public static ListColumn<T> Number<T>(Expression<Func<T, int>> field) => new FieldColumn<T, int>(
        field, text => (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number), number));

    /// <summary>Of a time.</summary>
    public static ListColumn<T> Time<T>(Expression<Func<T, DateTime>> field) =>
        new FieldColumn<T, DateTime>(field, text => (TryParseTime(text, out var time), time));

    /// <summary>Of a time that may be missing.</summary>
    public static ListColumn<T> OptionalTime<T>(Expression<Func<T, DateTime?>> field) =>
        new FieldColumn<T, DateTime?>(field, text => (TryParseTime(text, out var time), time));

    private static bool TryParseTime(string text, out DateTime time) => DateTime.TryParse(
        text,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);
}
