using System.Globalization;
using Canary.Core;
using Xunit;

namespace Canary.Core.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData("00:00:00", "0 s")]
    [InlineData("00:00:00.4", "0.4 s")]
    [InlineData("00:00:09.96", "9.9 s")]
    [InlineData("00:00:10.9", "10 s")]
    [InlineData("00:00:59.999", "59 s")]
    [InlineData("00:01:00", "1 min")]
    [InlineData("00:01:01", "1 min 1 s")]
    [InlineData("00:10:00.5", "10 min")]
    [InlineData("01:00:00", "1 h")]
    [InlineData("01:00:59", "1 h")]
    [InlineData("23:59:59", "23 h 59 min")]
    [InlineData("1.00:00:00", "1 d")]
    [InlineData("3.04:00:00", "3 d 4 h")]
    [InlineData("-00:00:05", "0 s")]
    [InlineData("-1.00:00:00", "0 s")]
    public void Duration_Time_IsWrittenInItsTwoLargestUnits(string time, string expected) =>
        Assert.Equal(expected, Words.Duration(TimeSpan.Parse(time, CultureInfo.InvariantCulture)));
}
