using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Canary.Statistics;

/// <summary>An unchanging list of numbers that is equal to another when every number is the same to the bit, so that records holding it compare by value.</summary>
/// <remarks>Immutable. Thread-safe. Can be written as a collection expression: <c>NumberList bounds = [5, 10, 25];</c>.</remarks>
[CollectionBuilder(typeof(NumberList), nameof(Create))]
public sealed class NumberList : IReadOnlyList<double>, IEquatable<NumberList>
{
    private readonly double[] _numbers;

    private NumberList(double[] numbers) => _numbers = numbers;

    /// <summary>The list without numbers.</summary>
    public static NumberList Empty { get; } = new([]);

    /// <summary>How many numbers there are; 0 or more.</summary>
    public int Count => _numbers.Length;

    /// <summary>The number at a position.</summary>
    /// <param name="index">Position in [0, <see cref="Count"/>).</param>
    /// <returns>The number as it was given.</returns>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is outside the list.</exception>
    public double this[int index] => _numbers[index];

    /// <summary>Copies numbers into a list.</summary>
    /// <param name="numbers">Any numbers, in the order to keep; may be empty.</param>
    /// <returns>A list with the same numbers.</returns>
    public static NumberList Create(ReadOnlySpan<double> numbers) => numbers.IsEmpty ? Empty : new(numbers.ToArray());

    /// <summary>Copies numbers into a list.</summary>
    /// <param name="numbers">Any numbers, in the order to keep; may be empty.</param>
    /// <returns>A list with the same numbers; the argument itself when it is a <see cref="NumberList"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="numbers"/> is null.</exception>
    public static NumberList From(IEnumerable<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return numbers as NumberList ?? Own(numbers.ToArray());
    }

    /// <summary>The numbers as a span, without a copy.</summary>
    /// <returns>A view of all numbers, in order.</returns>
    public ReadOnlySpan<double> AsSpan() => _numbers;

    /// <summary>The numbers as an array of their own, for a serializer.</summary>
    /// <returns>A fresh copy, in order.</returns>
    public double[] ToArray() => _numbers.AsSpan().ToArray();

    /// <inheritdoc />
    public bool Equals(NumberList? other) =>
        other is not null && (ReferenceEquals(this, other) || Bits(this).SequenceEqual(Bits(other)));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NumberList);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(AsSpan()));
        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public override string ToString() =>
        "[" + string.Join(", ", _numbers.Select(number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "]";

    /// <inheritdoc />
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_numbers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Takes an array over without a copy; the caller must not write to it again.</summary>
    internal static NumberList Own(double[] numbers) => numbers.Length == 0 ? Empty : new(numbers);

    /// <summary>The sums of two lists of the same length, position by position.</summary>
    internal NumberList Plus(NumberList other)
    {
        var sums = new double[_numbers.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = _numbers[i] + other._numbers[i];
        }

        return Own(sums);
    }

    internal double Sum()
    {
        var sum = 0.0;
        foreach (var number in _numbers)
        {
            sum += number;
        }

        return sum;
    }

    private static ReadOnlySpan<long> Bits(NumberList list) => MemoryMarshal.Cast<double, long>(list.AsSpan());
}
