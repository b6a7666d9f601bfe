# SpamAssassin's Bayes alone, told what to do line by line:
# "learn 1 PATH", "learn 0 PATH", "score PATH". One line answers each.
use strict;
use Mail::SpamAssassin;

my ($dir) = @ARGV;
open(my $pre, '>', "$dir/local.pre") or die;
print $pre "loadplugin Mail::SpamAssassin::Plugin::Check\n";
print $pre "loadplugin Mail::SpamAssassin::Plugin::Bayes\n";
close $pre;
open(my $cf, '>', "$dir/local.cf") or die;
print $cf "use_bayes 1\nbayes_auto_learn 0\nbayes_path $dir/bayes\nbayes_auto_expire 0\n";
print $cf "bayes_min_ham_num 1\nbayes_min_spam_num 1\nbayes_learn_to_journal 0\n";
close $cf;
my $sa = Mail::SpamAssassin->new({
    rules_filename => $dir, site_rules_filename => $dir, userstate_dir => $dir,
    home_dir_for_helpers => $dir, local_tests_only => 1, dont_copy_prefs => 1,
});
$sa->init(1);
$sa->init_learner({ learn_to_journal => 0, caller_will_untie => 0 });
my ($bayes) = grep { ref($_) eq 'Mail::SpamAssassin::Plugin::Bayes' } @{ $sa->{plugins}{plugins} };
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($what, @rest) = split / /, $line, $line =~ /^learn/ ? 3 : 2;
    open(my $file, '<:raw', $rest[-1]) or die "$rest[-1]: $!";
    my $message = $sa->parse(do { local $/; <$file> }, 0);
    if ($what eq 'learn') {
        my $status = $sa->learn($message, undef, $rest[0], 0);
        $status->finish if $status;
        print "1\n";
    } else {
        my $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message);
        my $score = $bayes->scan($status, $message);
        printf "%.15g\n", defined $score ? $score : 0.5;
        $status->finish;
    }
    $message->finish;
}
