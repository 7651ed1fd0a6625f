namespace Canary.Statistics;

/// <summary>Reads what <see cref="NumberWriter"/> wrote. What was stored has been outside; all that is wrong with it becomes an <see cref="ArgumentException"/>.</summary>
internal sealed class NumberReader
{
    private readonly IReadOnlyList<double> _numbers;
    private readonly string _what;
    private int _at;

    public NumberReader(IReadOnlyList<double> numbers, int format, string what)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        _numbers = numbers;
        _what = what;
        var found = Next();
        if (found != format)
        {
            throw Broken($"has format {found}; this version reads {format}");
        }
    }

    public double Next() => _at < _numbers.Count ? _numbers[_at++] : throw Broken($"ends after {_numbers.Count} numbers");

    public double NextFinite()
    {
        var value = Next();
        return double.IsFinite(value) ? value : throw Broken($"holds {value} at position {_at - 1}");
    }

    public double NextCount()
    {
        var value = Next();
        return Require.IsCount(value) ? value : throw Broken($"holds {value} at position {_at - 1}, where a count was meant");
    }

    public double NextRatio()
    {
        var value = Next();
        return value is >= 0 and <= 1 ? value : throw Broken($"holds {value} at position {_at - 1}, where a share was meant");
    }

    public int NextLength()
    {
        var value = NextCount();
        return value == Math.Floor(value) && value <= _numbers.Count - _at
            ? (int)value
            : throw Broken($"holds {value} at position {_at - 1}, where the length of a list was meant");
    }

    public NumberList NextList() => NextListOf(NextFinite);

    public NumberList NextCounts() => NextListOf(NextCount);

    /// <summary>Sums of counts: they are not negative, and may be larger than one count can be.</summary>
    public NumberList NextAmounts() => NextListOf(NextAmount);

    public double NextAmount()
    {
        var value = NextFinite();
        return value >= 0 ? value : throw Broken($"holds {value} at position {_at - 1}, where an amount was meant");
    }

    public void End()
    {
        if (_at != _numbers.Count)
        {
            throw Broken($"has {_numbers.Count} numbers where {_at} were meant");
        }
    }

    public ArgumentException Broken(string how) => new($"The stored {_what} {how}; start the test anew.");

    private NumberList NextListOf(Func<double> next)
    {
        var values = new double[NextLength()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = next();
        }

        return NumberList.Own(values);
    }
}
