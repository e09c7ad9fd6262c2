"""The literature that methods texts cite, by key; numbered in the order of first citation."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.said import Cited, citations

Paragraph = tuple[str, str]
"""A heading and its text."""

REFERENCES: dict[str, str] = {
    "or": "Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple "
    "readers and multiple tests. Commun Stat Simul Comput 1995;24:285-308. "
    "doi:10.1080/03610919508813243",
    "hillis": "Hillis SL. A comparison of denominator degrees of freedom methods for multiple "
    "observer ROC analysis. Stat Med 2007;26:596-619. doi:10.1002/sim.2532",
    "hillis2014": "Hillis SL. A marginal-mean ANOVA approach for analyzing multireader multicase "
    "radiological imaging data. Stat Med 2014;33:330-360. doi:10.1002/sim.5926",
    "splitplot": "Obuchowski NA, Gallas BD, Hillis SL. Multi-reader ROC studies with split-plot "
    "designs: a comparison of statistical methods. Acad Radiol 2012;19:1508-1517. "
    "doi:10.1016/j.acra.2012.09.012",
    "single": "Hillis SL, Obuchowski NA, Berbaum KS. Power estimation for multireader ROC methods: "
    "an updated and unified approach. Acad Radiol 2011;18:129-142. "
    "doi:10.1016/j.acra.2010.09.007",
    "noninferiority": "Piaggio G, Elbourne DR, Pocock SJ, Evans SJW, Altman DG. Reporting of "
    "noninferiority and equivalence randomized trials. JAMA 2012;308:2594-2604. "
    "doi:10.1001/jama.2012.87802",
    "henderson": "Henderson CR. Estimation of variance and covariance components. Biometrics "
    "1953;9:226-252. doi:10.2307/3001853",
    "brennan2001": "Brennan RL. Generalizability theory. New York: Springer; 2001. "
    "doi:10.1007/978-1-4757-3456-0",
    "gallas": "Gallas BD. One-shot estimate of MRMC variance: AUC. Acad Radiol 2006;13:353-362. "
    "doi:10.1016/j.acra.2005.11.030",
    "delong": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more "
    "correlated receiver operating characteristic curves. Biometrics 1988;44:837-845. "
    "doi:10.2307/2531595",
    "hedges": "Hedges LV. A random effects model for effect sizes. Psychol Bull 1983;93:388-395. "
    "doi:10.1037/0033-2909.93.2.388",
    "tost": "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power "
    "approach for assessing the equivalence of average bioavailability. J Pharmacokinet Biopharm "
    "1987;15:657-680. doi:10.1007/BF01068419",
    "woodruff": "Woodruff RS. Confidence intervals for medians and other position measures. J Am "
    "Stat Assoc 1952;47:635-646. doi:10.1080/01621459.1952.10483443",
    "hautus": "Hautus MJ. Corrections for extreme proportions and their biasing effects on "
    "estimated values of d′. Behav Res Methods Instrum Comput 1995;27:46-51. "
    "doi:10.3758/BF03203619",
    "hype": "Zhou S, Gordon M, Krishna R, et al. HYPE: a benchmark for human eye perceptual "
    "evaluation of generative models. Adv Neural Inf Process Syst 2019;32. arXiv:1904.01121",
    "fleiss": "Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull "
    "1971;76:378-382. doi:10.1037/h0031619",
    "light": "Light RJ. Measures of response agreement for qualitative data: some generalizations "
    "and alternatives. Psychol Bull 1971;76:365-377. doi:10.1037/h0031643",
    "conger": "Conger AJ. Integration and generalization of kappas for multiple raters. Psychol "
    "Bull 1980;88:322-328. doi:10.1037/0033-2909.88.2.322",
    "clopper": "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in "
    "the case of the binomial. Biometrika 1934;26:404-413. doi:10.1093/biomet/26.4.404",
    "hoeffding": "Hoeffding W. A class of statistics with asymptotically normal distribution. Ann "
    "Math Stat 1948;19:293-325. doi:10.1214/aoms/1177730196",
    "gwet": "Gwet KL. Computing inter-rater reliability and its variance in the presence of high "
    "agreement. Br J Math Stat Psychol 2008;61:29-48. doi:10.1348/000711006X126600",
    "brennan": "Brennan RL, Prediger DJ. Coefficient kappa: some uses, misuses, and alternatives. "
    "Educ Psychol Meas 1981;41:687-699. doi:10.1177/001316448104100307",
    "krippendorff": "Hayes AF, Krippendorff K. Answering the call for a standard reliability "
    "measure for coding data. Commun Methods Meas 2007;1:77-89. doi:10.1080/19312450709336664",
    "mcgraw": "McGraw KO, Wong SP. Forming inferences about some intraclass correlation "
    "coefficients. Psychol Methods 1996;1:30-46. doi:10.1037/1082-989X.1.1.30",
    "paradox": "Feinstein AR, Cicchetti DV. High agreement but low kappa: I. The problems of two "
    "paradoxes. J Clin Epidemiol 1990;43:543-549. doi:10.1016/0895-4356(90)90158-L",
    "byrt": "Byrt T, Bishop J, Carlin JB. Bias, prevalence and kappa. J Clin Epidemiol "
    "1993;46:423-429. doi:10.1016/0895-4356(93)90018-V",
    "bland": "Bland JM, Altman DG. Statistical methods for assessing agreement between two methods "
    "of clinical measurement. Lancet 1986;327:307-310. doi:10.1016/S0140-6736(86)90837-8",
    "holm": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat "
    "1979;6:65-70",
    "cliff": "Cliff N. Dominance statistics: ordinal analyses to answer ordinal questions. Psychol "
    "Bull 1993;114:494-509. doi:10.1037/0033-2909.114.3.494",
    "friedman": "Friedman M. The use of ranks to avoid the assumption of normality implicit in the "
    "analysis of variance. J Am Stat Assoc 1937;32:675-701. doi:10.1080/01621459.1937.10503522",
    "hc": "MacKinnon JG, White H. Some heteroskedasticity-consistent covariance matrix estimators "
    "with improved finite sample properties. J Econom 1985;29:305-325. "
    "doi:10.1016/0304-4076(85)90158-7",
    "clusters": "Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics "
    "1997;53:567-578. doi:10.2307/2533958",
    "laplace": "Tierney L, Kadane JB. Accurate approximations for posterior moments and marginal "
    "densities. J Am Stat Assoc 1986;81:82-86. doi:10.1080/01621459.1986.10478240",
    "clm": "Agresti A. Analysis of ordinal categorical data. 2nd ed. Hoboken: Wiley; 2010. "
    "doi:10.1002/9780470594001",
    "mafc": "Hacker MJ, Ratcliff R. A revised table of d′ for M-alternative forced choice. Percept "
    "Psychophys 1979;26:168-170. doi:10.3758/BF03208311",
    "bradley": "Bradley RA, Terry ME. Rank analysis of incomplete block designs: I. The method of "
    "paired comparisons. Biometrika 1952;39:324-345. doi:10.2307/2334029",
    "davidson": "Davidson RR. On extending the Bradley-Terry model to accommodate ties in paired "
    "comparison experiments. J Am Stat Assoc 1970;65:317-328. doi:10.1080/01621459.1970.10481082",
    "cgm": "Cameron AC, Gelbach JB, Miller DL. Robust inference with multiway clustering. J Bus "
    "Econ Stat 2011;29:238-249. doi:10.1198/jbes.2010.07136",
    "ij": "Efron B. The jackknife, the bootstrap and other resampling plans. Philadelphia: SIAM; "
    "1982. doi:10.1137/1.9781611970319",
    "ranks": "Al Mohamad D, Goeman JJ, van Zwet EW. Simultaneous confidence intervals for ranks "
    "with application to ranking institutions. Biometrics 2022;78:238-247. doi:10.1111/biom.13419",
    "wilson": "Wilson EB. Probable inference, the law of succession, and statistical inference. J "
    "Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953",
    "wichmann": "Wichmann FA, Hill NJ. The psychometric function: I. Fitting, sampling, and "
    "goodness of fit. Percept Psychophys 2001;63:1293-1313. doi:10.3758/BF03194544",
    "kid": "Bińkowski M, Sutherland DJ, Arbel M, Gretton A. Demystifying MMD GANs. Int Conf Learn "
    "Represent 2018. doi:10.48550/arXiv.1801.01401",
    "precision": "Kynkäänniemi T, Karras T, Laine S, et al. Improved precision and recall metric "
    "for assessing generative models. Adv Neural Inf Process Syst 2019;32. "
    "doi:10.48550/arXiv.1904.06991",
    "prdc": "Naeem MF, Oh SJ, Uh Y, et al. Reliable fidelity and diversity metrics for generative "
    "models. Int Conf Mach Learn 2020;119:7176-7185. doi:10.48550/arXiv.2002.09797",
    "msssim": "Wang Z, Simoncelli EP, Bovik AC. Multiscale structural similarity for image quality "
    "assessment. Asilomar Conf Signals Syst Comput 2003;2:1398-1402. "
    "doi:10.1109/ACSSC.2003.1292216",
    "fid": "Heusel M, Ramsauer H, Unterthiner T, et al. GANs trained by a two time-scale update "
    "rule converge to a local Nash equilibrium. Adv Neural Inf Process Syst 2017;30. "
    "doi:10.48550/arXiv.1706.08500",
    "metz": "Metz CE. Basic principles of ROC analysis. Semin Nucl Med 1978;8:283-298. "
    "doi:10.1016/S0001-2998(78)80014-2",
    "ripley": "Ripley BD. Modelling spatial patterns. J R Stat Soc Series B 1977;39:172-192. "
    "doi:10.1111/j.2517-6161.1977.tb01615.x",
    "silverman": "Silverman BW. Density estimation for statistics and data analysis. London: "
    "Chapman and Hall; 1986. doi:10.1201/9781315140919",
    "brier": "Brier GW. Verification of forecasts expressed in terms of probability. Mon Weather "
    "Rev 1950;78:1-3. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    "murphy": "Murphy AH. A new vector partition of the probability score. J Appl Meteorol "
    "1973;12:595-600. doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2",
    "ferro": "Ferro CAT, Fricker TE. A bias-corrected decomposition of the Brier score. Q J R "
    "Meteorol Soc 2012;138:1954-1960. doi:10.1002/qj.1924",
    "galvin": "Galvin SJ, Podd JV, Drga V, Whitmore J. Type 2 tasks in the theory of signal "
    "detectability: discrimination between correct and incorrect decisions. Psychon Bull Rev "
    "2003;10:843-876. doi:10.3758/BF03196546",
    "metad": "Maniscalco B, Lau H. A signal detection theoretic approach for estimating "
    "metacognitive sensitivity from confidence ratings. Conscious Cogn 2012;21:422-430. "
    "doi:10.1016/j.concog.2011.09.021",
    "mratio": "Fleming SM, Lau HC. How to measure metacognition. Front Hum Neurosci 2014;8:443. "
    "doi:10.3389/fnhum.2014.00443",
}


@dataclass(frozen=True)
class CitedText:
    """Paragraphs, citations turned to numbers, and the numbered references."""

    paragraphs: tuple[Paragraph, ...]
    references: tuple[str, ...]


def cite(paragraphs: Sequence[Paragraph]) -> CitedText:
    """Turn ``[or, hillis]`` into `` [1, 2]``, numbering by first citation.

    Parameters
    ----------
    paragraphs : sequence of (heading, text)

    Raises
    ------
    KeyError
        For a key that is not in REFERENCES.
    """
    numbers: dict[str, int] = {}
    for _, text in paragraphs:
        for key in citations(text):
            if key not in REFERENCES:
                raise KeyError(key)
            numbers.setdefault(key, len(numbers) + 1)
    done = tuple((heading, Cited(text, numbers)) for heading, text in paragraphs)
    return CitedText(done, tuple(REFERENCES[key] for key in numbers))
