using System.Linq.Expressions;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>A field of a record by which lists are filtered, sorted and continued.</summary>
internal abstract class ListColumn<T>
{
    /// <summary>
    /// The records whose field is what the text says; none where the text can be no value of the field.
    /// </summary>
    public abstract IQueryable<T> Equal(IQueryable<T> rows, string text);

    /// <summary>The records whose field contains the text; all where the field is no text.</summary>
    public abstract IQueryable<T> Like(IQueryable<T> rows, string text);

    /// <summary>Sorts, or sorts further what is sorted already.</summary>
    public abstract IOrderedQueryable<T> Sort(IQueryable<T> rows, bool descending, bool further);

    /// <summary>That the field is the same as the marker's.</summary>
    public abstract Expression SameAs(ParameterExpression row, T marker);

    /// <summary>That the record comes after the marker in this order; no value at all is the smallest.</summary>
    public abstract Expression After(ParameterExpression row, T marker, bool descending);
}
