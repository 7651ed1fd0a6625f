namespace Canary.Statistics;

/// <summary>Writes a state as one flat list of numbers: a format number first, then values, lists with their length before them.</summary>
internal sealed class NumberWriter
{
    private readonly List<double> _numbers = [];

    public NumberWriter(int format) => _numbers.Add(format);

    public NumberWriter Add(double value)
    {
        _numbers.Add(value);
        return this;
    }

    public NumberWriter Add(NumberList list)
    {
        _numbers.Add(list.Count);
        _numbers.AddRange(list);
        return this;
    }

    public NumberList ToList() => NumberList.Own(_numbers.ToArray());
}
